#include <millwright/core/mapped_file.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace millwright {
namespace {

/// Closes on leaving scope.
struct Descriptor {
    int fd = -1;
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
};

std::unexpected<Error> openFailure(const std::filesystem::path& path) {
    const int reason = errno;
    return reason == ENOENT
               ? failure(ErrorCode::NotFound, "no such file", path.string())
               : failure(ErrorCode::Unreadable, std::format("cannot be read: {}", std::strerror(reason)), path.string());
}

/// The file's size; regular files only, so that a pipe or a device can never make a reader wait for ever.
Result<std::size_t> regularFileSize(int fd, const std::filesystem::path& path) {
    struct stat status{};
    if (::fstat(fd, &status) != 0) return openFailure(path);
    if (!S_ISREG(status.st_mode)) return failure(ErrorCode::Unreadable, "is not a regular file", path.string());
    return static_cast<std::size_t>(status.st_size);
}

} // namespace

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.fd < 0) return openFailure(path);
    const auto size = regularFileSize(file.fd, path);
    if (!size) return std::unexpected(size.error());
    MappedFile mapped;
    if (*size > 0) {
        void* data = ::mmap(nullptr, *size, PROT_READ, MAP_PRIVATE, file.fd, 0);
        if (data == MAP_FAILED) return openFailure(path);
        mapped.data_ = static_cast<const std::byte*>(data);
        mapped.size_ = *size;
    }
    return mapped;
}

MappedFile::~MappedFile() {
    if (data_) ::munmap(const_cast<std::byte*>(data_), size_);
}

void MappedFile::dropPages(std::size_t offset, std::size_t length) const {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t first = (offset + page - 1) / page * page; // whole pages inside the range only
    const std::size_t last = std::min(offset + length, size_) / page * page;
    if (first < last) ::madvise(const_cast<std::byte*>(data_) + first, last - first, MADV_DONTNEED);
}

Result<std::string> readFile(const std::filesystem::path& path, std::size_t limit) {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.fd < 0) return openFailure(path);
    const auto size = regularFileSize(file.fd, path);
    if (!size) return std::unexpected(size.error());
    if (*size > limit)
        return failure(ErrorCode::ResourceLimit, std::format("is {} bytes, more than the {} allowed here", *size, limit),
                       path.string());
    std::string text(*size, '\0');
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t count = ::read(file.fd, text.data() + done, text.size() - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return openFailure(path);
        if (count == 0) break; // became shorter while we read
        done += static_cast<std::size_t>(count);
    }
    text.resize(done);
    return text;
}

Result<void> writeFile(const std::filesystem::path& path, std::span<const std::byte> bytes) {
    std::error_code ignored;
    // Devices and pipes (/dev/stdout) are written to; renaming a file over them would replace them. Links stay what they are.
    const std::filesystem::file_status status = std::filesystem::status(path, ignored);
    const bool inPlace = std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
    std::filesystem::path target = std::filesystem::is_symlink(path, ignored) ? std::filesystem::canonical(path, ignored) : path;
    if (target.empty()) target = path; // a link to nowhere
    const std::filesystem::path beside = inPlace ? path.string() : target.string() + std::format(".part{}", ::getpid());
    const auto failed = [&]() -> Result<void> {
        const int reason = errno;
        if (!inPlace) ::unlink(beside.c_str());
        return failure(ErrorCode::Unreadable, std::format("cannot be written: {}", std::strerror(reason)), path.string());
    };
    if (target.has_parent_path()) std::filesystem::create_directories(target.parent_path(), ignored);
    {
        const Descriptor file{::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
        if (file.fd < 0) return failed();
        while (!bytes.empty()) {
            const ssize_t count = ::write(file.fd, bytes.data(), bytes.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return failed();
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        }
    }
    if (!inPlace && ::rename(beside.c_str(), target.c_str()) != 0) return failed();
    return {};
}

Result<void> writeFile(const std::filesystem::path& path, std::string_view text) {
    return writeFile(path, std::as_bytes(std::span{text}));
}

} // namespace millwright
