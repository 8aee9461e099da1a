#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace millwright {

/// Calls `work(i)` for every i in [0, count), on up to `threads` threads, this one included; returns when all are done. Which
/// thread takes which i is left open: `work` may write to what belongs to its i only.
template <typename Work>
void parallelFor(std::size_t count, unsigned threads, const Work& work) {
    std::atomic<std::size_t> next{0};
    const auto run = [&] {
        for (std::size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < count;) work(i);
    };
    std::vector<std::jthread> helpers;
    for (std::size_t i = 1; i < std::min<std::size_t>(threads, count); ++i) helpers.emplace_back(run);
    run();
}

/// The same for [0, count) in runs of `chunk`: `work(first, last)`.
template <typename Work>
void parallelChunks(std::size_t count, std::size_t chunk, unsigned threads, const Work& work) {
    parallelFor((count + chunk - 1) / chunk, threads, [&](std::size_t i) { work(i * chunk, std::min(count, (i + 1) * chunk)); });
}

} // namespace millwright
