#include "telemetry/process_facts.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "exposition.hpp"
#include "telemetry/metrics.hpp"

namespace {

using shop_server::process_facts;

/// A folder as Linux would fill it, which the test fills itself.
class made_up_process : public testing::Test {
protected:
    made_up_process() {
        auto name = (std::filesystem::temp_directory_path() / "shop-process-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    ~made_up_process() override { std::filesystem::remove_all(folder_); }

    void write(char const* file, std::string const& text) { std::ofstream(folder_ / file) << text; }

    std::filesystem::path folder_;
};

TEST(process_facts, are_those_of_this_process) {
    process_facts const self;
    ASSERT_TRUE(self.resident_memory_bytes());
    EXPECT_GT(*self.resident_memory_bytes(), 1'000'000U);
    EXPECT_LT(*self.resident_memory_bytes(), 1'000'000'000'000U);
    ASSERT_TRUE(self.cpu_seconds());
    EXPECT_GE(*self.cpu_seconds(), 0);
}

TEST(process_facts, memory_in_use_is_counted) {
    process_facts const self;
    auto const before = *self.resident_memory_bytes();
    std::vector<char> const used(64 << 20, 'x');
    EXPECT_GE(*self.resident_memory_bytes(), before + used.size() / 2);
}

TEST(process_facts, processor_time_passes_while_it_is_used) {
    process_facts const self;
    auto const before = *self.cpu_seconds();
    while (*self.cpu_seconds() < before + 0.02) {
    }
    EXPECT_GE(*self.cpu_seconds(), before + 0.02);
}

TEST(process_facts, open_descriptors_are_counted) {
    process_facts const self;
    auto const before = self.open_fds();
    ASSERT_TRUE(before);
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    EXPECT_EQ(*self.open_fds(), *before + 2);
    ::close(ends[0]);
    ::close(ends[1]);
    EXPECT_EQ(*self.open_fds(), *before);
}

TEST(process_facts, open_descriptors_are_the_entries_of_their_folder) {
    using entries = std::filesystem::directory_iterator;
    auto const counted = std::distance(entries("/proc/self/fd"), entries()) - 1;  // the counting itself
    EXPECT_EQ(*process_facts().open_fds(), static_cast<std::uint64_t>(counted));
}

TEST_F(made_up_process, open_descriptors_are_counted_where_the_system_does_not_say) {
    std::filesystem::create_directory(folder_ / "fd");
    for (auto const* fd : {"fd/0", "fd/1", "fd/2", "fd/3"}) write(fd, "");
    EXPECT_EQ(*process_facts(folder_).open_fds(), 3U);  // one of four is the counting itself
}

TEST_F(made_up_process, words_are_taken_from_their_places) {
    write("statm", "100 25 3 4 5 6 0\n");
    write("stat", "42 (a) (b) 1 2) S 1 2 3 4 5 6 7 8 9 10 150 50 99 99 20 0\n");
    process_facts const facts(folder_);
    EXPECT_EQ(*facts.resident_memory_bytes(), 25U * static_cast<unsigned>(::sysconf(_SC_PAGESIZE)));
    EXPECT_DOUBLE_EQ(*facts.cpu_seconds(), 200.0 / static_cast<double>(::sysconf(_SC_CLK_TCK)));
}

TEST_F(made_up_process, what_cannot_be_read_is_an_error) {
    process_facts const facts(folder_);
    EXPECT_EQ(facts.resident_memory_bytes().error().code(), shop::error_code::unavailable);
    EXPECT_FALSE(facts.open_fds());
    EXPECT_FALSE(facts.cpu_seconds());
    for (auto const* text : {"", "100", "100 ", "100 x 3", "100 -1 3", "100 2x 3", "100 99999999999999999999 3"}) {
        write("statm", text);
        EXPECT_FALSE(facts.resident_memory_bytes()) << text;
    }
    for (auto const* text : {"", "42 (a", "42 (a)", "42 (a) ", "42 (a) S 1 2 3 4 5 6 7 8 9 10 150"}) {
        write("stat", text);
        EXPECT_FALSE(facts.cpu_seconds()) << text;
    }
}

TEST_F(made_up_process, what_cannot_be_read_is_told_as_not_a_number) {
    write("statm", "100 25 3 4 5 6 0\n");
    shop_server::metrics all;
    shop_server::add_process_metrics(all, process_facts(folder_));
    telemetry_test::exposition const told(all.text());
    EXPECT_GT(told.at("process_resident_memory_bytes"), 0);
    EXPECT_TRUE(std::isnan(told.at("process_open_fds")));
    EXPECT_TRUE(std::isnan(told.at("process_cpu_seconds_total")));
}

TEST(process_facts, are_told_among_the_metrics) {
    shop_server::metrics all;
    shop_server::add_process_metrics(all);
    telemetry_test::exposition const told(all.text());
    EXPECT_GT(told.at("process_resident_memory_bytes"), 1'000'000);
    EXPECT_GE(told.at("process_open_fds"), 3);
    EXPECT_GE(told.at("process_cpu_seconds_total"), 0);
}

}  // namespace
