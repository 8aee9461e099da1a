#pragma once

#include <millwright/core/parallel.hpp>
#include <millwright/gpu/pipeline.hpp>

#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millwright::render {

/// Makes pipelines side by side, on all processors: drivers spend milliseconds on each.
class PipelineMaker {
public:
    explicit PipelineMaker(gpu::Device& device) : device_{device} {}
    /// `finish` makes it and puts it into `pipeline`, which stays where it is until then.
    void make(gpu::Pipeline& pipeline, gpu::PipelineDescription description) {
        wanted_.push_back({&pipeline, [this, d = std::move(description)] { return gpu::createPipeline(device_, d); }, {}});
    }
    /// The same for `code`: SPIR-V, entry point main; `threads` as `createComputePipeline` takes it.
    void makeCompute(gpu::Pipeline& pipeline, std::span<const std::uint32_t> code, std::string name, std::uint32_t threads = 0) {
        wanted_.push_back(
            {&pipeline,
             [this, code, n = std::move(name), threads] { return gpu::createComputePipeline(device_, code, n, threads); },
             {}});
    }
    /// Makes all. Errors: Device, of the first that could not be made.
    [[nodiscard]] Result<void> finish() {
        parallelFor(wanted_.size(), std::thread::hardware_concurrency(), [&](std::size_t i) {
            auto made = wanted_[i].create();
            if (made)
                *wanted_[i].pipeline = std::move(*made);
            else
                wanted_[i].done = std::unexpected(made.error());
        });
        for (const auto& wanted : wanted_)
            if (!wanted.done) return wanted.done;
        wanted_.clear();
        return {};
    }

private:
    struct Wanted {
        gpu::Pipeline* pipeline;
        std::function<Result<gpu::Pipeline>()> create;
        Result<void> done;
    };
    gpu::Device& device_;
    std::vector<Wanted> wanted_;
};

} // namespace millwright::render
