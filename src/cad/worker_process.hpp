#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace millwright::cad {

/// What a worker left behind: its answer as mapped memory, and how it ended.
class WorkerAnswer {
public:
    WorkerAnswer() = default;
    WorkerAnswer(WorkerAnswer&& other) noexcept { swap(other); }
    WorkerAnswer& operator=(WorkerAnswer other) noexcept {
        swap(other);
        return *this;
    }
    ~WorkerAnswer();

    [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size_}; }
    /// Gives the memory of a part of `bytes` back, whole pages of it, which read as zero afterwards.
    void giveBack(std::span<const std::byte> part) const;
    int signal = 0; ///< that killed it, 0 if none did
    int exitStatus = 0;

private:
    friend class Worker;
    void swap(WorkerAnswer& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(descriptor_, other.descriptor_);
        std::swap(signal, other.signal);
        std::swap(exitStatus, other.exitStatus);
    }
    const std::byte* data_ = nullptr;
    std::size_t size_ = 0;
    int descriptor_ = -1;
};

/// The worker program: beside the running program, in `../libexec/millwright` of it, or where MILLWRIGHT_IMPORT_WORKER points.
/// Errors: Device when there is none.
[[nodiscard]] Result<std::filesystem::path> findWorker();

/// Runs the worker to its end. posix_spawn, so that it is safe in a program with threads and a GPU. Errors: Device (cannot be
/// started), ResourceLimit (took longer than `time`, and was ended), Cancelled.
[[nodiscard]] Result<WorkerAnswer> runWorker(const std::filesystem::path& worker, const std::vector<std::string>& arguments,
                                             std::chrono::seconds time, const Progress& progress);

} // namespace millwright::cad
