#include "access/secret_file.hpp"

#include <csignal>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "support/scratch.hpp"

namespace shop_server {
namespace {

namespace fs = std::filesystem;

class secret_files : public ::testing::Test {
protected:
    std::string write(std::string const& text, int mode) {
        auto const path = folder.write("secret", text);
        ::chmod(path.c_str(), static_cast<mode_t>(mode));
        return path;
    }
    std::string refusal(int mode, file_secrecy kept = file_secrecy::secret) {
        auto const read = read_guarded_file(write("text", mode), 100, kept);
        return read ? "" : std::string(read.error().message());
    }
    shop_test::scratch folder;
};

TEST_F(secret_files, open_to_others_are_refused_with_what_to_do) {
    EXPECT_EQ(refusal(0600), "");
    EXPECT_EQ(refusal(0400), "");
    EXPECT_EQ(refusal(0644), "mode 0644: chmod 600 it");
    EXPECT_EQ(refusal(0640), "mode 0640: chmod 600 it");
    EXPECT_EQ(refusal(0604), "mode 0604: chmod 600 it");
    EXPECT_EQ(refusal(0620), "mode 0620: chmod 600 it");
    EXPECT_EQ(refusal(0602), "mode 0602: chmod 600 it");
}

TEST_F(secret_files, that_are_only_trusted_may_be_read_but_not_written) {
    EXPECT_EQ(refusal(0644, file_secrecy::trusted), "");
    EXPECT_EQ(refusal(0664, file_secrecy::trusted), "mode 0664: chmod 644 it");
    EXPECT_EQ(refusal(0646, file_secrecy::trusted), "mode 0646: chmod 644 it");
}

TEST_F(secret_files, are_read_up_to_their_limit) {
    auto const path = write(std::string(100, 'x'), 0600);
    EXPECT_EQ(read_guarded_file(path, 100).value().size(), 100u);
    EXPECT_EQ(read_guarded_file(path, 99).error().message(), "larger than 99 bytes");
}

TEST_F(secret_files, that_are_none_are_refused) {
    EXPECT_EQ(read_guarded_file(folder.file("none"), 9).error().code(), shop::error_code::not_found);
    ASSERT_EQ(::mkfifo(folder.file("pipe").c_str(), 0600), 0);
    EXPECT_EQ(read_guarded_file(folder.file("pipe"), 9).error().message(), "must be a regular file");
    EXPECT_EQ(read_guarded_file(folder.file("."), 9).error().message(), "must be a regular file");
}

TEST_F(secret_files, are_replaced_as_a_whole_with_mode_0600) {
    auto const path = write("old", 0400);
    ASSERT_TRUE(change_secret_file(path, 100, [](auto const& old) { return shop::result<std::string>(old + " new"); }));
    EXPECT_EQ(read_guarded_file(path, 100).value(), "old new");
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.file("")), {}), 1) << "nothing is left beside it";
}

TEST_F(secret_files, stay_as_they_were_when_the_change_is_refused) {
    auto const path = write("old", 0600);
    auto const refuse = [](auto const&) {
        return shop::result<std::string>(shop::error(shop::error_code::stock_changed));
    };
    EXPECT_FALSE(change_secret_file(path, 100, refuse));
    auto const too_long = [](auto const&) { return shop::result<std::string>(std::string(101, 'x')); };
    EXPECT_FALSE(change_secret_file(path, 100, too_long));
    EXPECT_EQ(read_guarded_file(path, 100).value(), "old");
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.file("")), {}), 1);
}

TEST_F(secret_files, stay_as_they_were_when_the_disk_is_full) {
    auto const path = write("old", 0600);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit const small{10, before.rlim_max};
    auto const on_signal = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    auto const longer = [](auto const&) { return shop::result<std::string>(std::string(50, 'x')); };
    auto const changed = change_secret_file(path, 100, longer);
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, on_signal);
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().code(), shop::error_code::unavailable);
    EXPECT_EQ(read_guarded_file(path, 100).value(), "old");
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.file("")), {}), 1) << "nothing is left beside it";
}

TEST_F(secret_files, may_be_made_by_a_relative_path) {
    auto const before = fs::current_path();
    fs::current_path(folder.file(""));
    auto const made = change_secret_file("new", 100, [](auto const&) { return shop::result<std::string>("text"); });
    fs::current_path(before);
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_EQ(read_guarded_file(folder.file("new"), 100).value(), "text");
}

TEST_F(secret_files, behind_a_link_are_replaced_and_the_link_stays) {
    auto const path = write("old", 0600);
    fs::create_symlink(path, folder.file("link"));
    ASSERT_TRUE(
        change_secret_file(folder.file("link"), 100, [](auto const&) { return shop::result<std::string>("new"); }));
    EXPECT_TRUE(fs::is_symlink(folder.file("link")));
    EXPECT_EQ(read_guarded_file(path, 100).value(), "new");
}

TEST_F(secret_files, changed_by_many_at_once_lose_no_change) {
    auto const path = folder.file("count");
    auto const work = [&] {
        for (int i = 0; i < 25; ++i) {
            EXPECT_TRUE(
                change_secret_file(path, 1000, [](auto const& old) { return shop::result<std::string>(old + 'x'); }));
        }
    };
    std::thread one(work), two(work);
    one.join();
    two.join();
    EXPECT_EQ(read_guarded_file(path, 1000).value(), std::string(50, 'x'));
}

}  // namespace
}  // namespace shop_server
