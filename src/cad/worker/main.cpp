#include "cad/reader.hpp"
#include "cad/wire.hpp"
#include "cad/worker/sanitized.hpp"
#include "cad/worker/small_blocks.hpp"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/// millwright-import-worker: reads one model and hands it back (docs/decisions/003). A file that makes a parser crash ends this
/// process and no other.
namespace {

using namespace millwright;

void limit(__rlimit_resource resource, std::uint64_t value) {
    const rlimit both{value, value};
    ::setrlimit(resource, &both);
}

void confine(const cad::ImportLimits& limits) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // nobody is left to read the answer
#ifndef MILLWRIGHT_SANITIZED            // sanitizers reserve address space for themselves
    limit(RLIMIT_AS, limits.memoryBytes);
#endif
    limit(RLIMIT_FSIZE, limits.memoryBytes);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, static_cast<std::uint64_t>(limits.time.count()) + 1);
    // If the whole machine runs out of memory, this is the process that can be spared.
    if (const int score = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC); score >= 0) {
        static_cast<void>(!::write(score, "900", 3));
        ::close(score);
    }
}

void report(double fraction, std::string_view stage) {
    cad::ProgressRecord record{fraction, {}};
    std::memcpy(record.stage, stage.data(), std::min(stage.size(), sizeof record.stage - 1));
    static_cast<void>(!::write(cad::progressDescriptor, &record, sizeof record));
}

} // namespace

int main(int count, char** arguments) {
    auto job = cad::fromArguments(std::span<const char* const>{arguments + 1, static_cast<std::size_t>(count > 0 ? count - 1 : 0)});
    if (!job) {
        static_cast<void>(!::write(STDERR_FILENO, job.error().message.data(), job.error().message.size()));
        static_cast<void>(!::write(STDERR_FILENO, "\n", 1));
        return 2;
    }
    confine(job->options.limits);
    job->options.progress.report = report;
    ::mallopt(M_MMAP_THRESHOLD, 1 << 20); // what is large goes back to the system when it is freed
    cad::useSmallBlocks();
    auto answer = cad::readModel(job->path, job->options);
    // Not `return`: destructors of what a broken file made are where parsers crash, and the answer is all that is wanted.
    ::_exit(cad::writeAnswer(cad::resultDescriptor, std::move(answer)) ? 0 : 1);
}
