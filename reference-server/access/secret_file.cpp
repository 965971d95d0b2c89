#include "access/secret_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace shop_server {

namespace {

class file_handle {
public:
    explicit file_handle(int fd) : fd_(fd) {}
    ~file_handle() {
        if (fd_ >= 0) ::close(fd_);
    }
    file_handle(file_handle const&) = delete;
    file_handle& operator=(file_handle const&) = delete;
    explicit operator bool() const { return fd_ >= 0; }
    int get() const { return fd_; }

private:
    int fd_;
};

shop::error failed_by_errno(std::string_view what) {
    auto const reason = errno;
    auto const code = reason == ENOENT ? shop::error_code::not_found : shop::error_code::unavailable;
    return {code, std::string(what) + ": " + std::generic_category().message(reason)};
}

shop::error refuse_file(std::string why) {
    return {shop::error_code::invalid_value, std::move(why)};
}

std::string octal(mode_t mode) {
    std::string out = "0000";
    for (std::size_t i = out.size(); i-- > 0; mode >>= 3) out[i] = static_cast<char>('0' + (mode & 7));
    return out;
}

shop::result<std::string> read_all(int fd, std::size_t bytes_max) {
    std::string text(bytes_max + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        auto const got = ::read(fd, text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed_by_errno("cannot be read");
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > bytes_max) return refuse_file("larger than " + std::to_string(bytes_max) + " bytes");
    text.resize(size);
    return text;
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        auto const done = ::write(fd, text.data(), text.size());
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(done));
    }
    return true;
}

/// A root who changes the file of a service must not take it away from the service.
bool keep_owner(int fd, std::string const& of) {
    struct stat old {};
    if (::stat(of.c_str(), &old) != 0) return errno == ENOENT;
    struct stat made {};
    if (::fstat(fd, &made) != 0) return false;
    if (made.st_uid == old.st_uid && made.st_gid == old.st_gid) return true;
    return ::fchown(fd, old.st_uid, old.st_gid) == 0;
}

shop::result<void> replace_file(std::string const& path, int folder, std::string_view text) {
    auto beside = path + ".XXXXXX";
    file_handle const made(::mkostemp(beside.data(), O_CLOEXEC));  // with mode 0600
    if (!made) return failed_by_errno("no file can be made beside it");
    bool const written = keep_owner(made.get(), path) && write_all(made.get(), text) && ::fsync(made.get()) == 0 &&
                         ::rename(beside.c_str(), path.c_str()) == 0;
    if (!written) {
        auto failed = failed_by_errno("cannot be written");
        ::unlink(beside.c_str());
        return failed;
    }
    if (::fsync(folder) != 0) return failed_by_errno("is written, but may be lost by a power cut");
    return {};
}

}  // namespace

shop::result<std::string> read_guarded_file(std::string const& path, std::size_t bytes_max, file_secrecy kept) {
    // Without O_NONBLOCK, a named pipe would hold up the start for ever.
    file_handle const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file) return failed_by_errno("cannot be opened");
    struct stat found {};
    if (::fstat(file.get(), &found) != 0) return failed_by_errno("cannot be read");
    if (!S_ISREG(found.st_mode)) return refuse_file("must be a regular file");
    mode_t const mode = found.st_mode & 07777;
    if (kept == file_secrecy::secret && (mode & 066) != 0) return refuse_file("mode " + octal(mode) + ": chmod 600 it");
    if (kept == file_secrecy::trusted && (mode & 022) != 0)
        return refuse_file("mode " + octal(mode) + ": chmod 644 it");
    return read_all(file.get(), bytes_max);
}

shop::result<void> change_secret_file(std::string const& path, std::size_t bytes_max,
                                      std::function<shop::result<std::string>(std::string const&)> const& change) {
    // The file a link points to is replaced, not the link.
    std::error_code no_such_path;
    auto const real = std::filesystem::weakly_canonical(std::filesystem::absolute(path), no_such_path);
    if (no_such_path) return shop::error(shop::error_code::unavailable, "no such folder");
    file_handle const folder(::open(real.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder) return failed_by_errno("its folder cannot be opened");
    // The folder is locked, not the file, which is about to be another one.
    if (::flock(folder.get(), LOCK_EX) != 0) return failed_by_errno("its folder cannot be locked");

    std::string old;
    if (auto read = read_guarded_file(real.string(), bytes_max)) {
        old = *std::move(read);
    } else if (read.error().code() != shop::error_code::not_found) {
        return read.error();
    }
    auto made = change(old);
    if (!made) return made.error();
    if (made->size() > bytes_max) return refuse_file("would be larger than " + std::to_string(bytes_max) + " bytes");
    return replace_file(real.string(), folder.get(), *made);
}

}  // namespace shop_server
