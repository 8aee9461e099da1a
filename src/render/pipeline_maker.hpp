#pragma once

#include <millwright/gpu/pipeline.hpp>

#include <utility>

namespace millwright::render {

/// Makes pipelines one after another and keeps the first error.
class PipelineMaker {
public:
    explicit PipelineMaker(gpu::Device& device) : device_{device} {}
    void make(gpu::Pipeline& pipeline, const gpu::PipelineDescription& description) {
        if (!done) return;
        auto made = gpu::createPipeline(device_, description);
        if (made)
            pipeline = std::move(*made);
        else
            done = std::unexpected(made.error());
    }
    Result<void> done;

private:
    gpu::Device& device_;
};

} // namespace millwright::render
