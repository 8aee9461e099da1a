#pragma once

#include "render/geometry_fill.hpp"

#include <array>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

namespace millwright::render {

/// A thread that brings steps from where geometry is kept, mostly a mapped file that may not be in memory, into a few blocks of
/// staging memory. All functions: the frame thread.
class DetailLoader {
public:
    static constexpr std::size_t blocks = 8, blockBytes = 1 << 20;

    /// `store` stays where it is and outlives this; its sources and detail do not change. Errors: ResourceLimit.
    [[nodiscard]] static Result<std::unique_ptr<DetailLoader>> create(gpu::Device& device, const SceneStore& store);
    ~DetailLoader();
    DetailLoader(const DetailLoader&) = delete;
    DetailLoader& operator=(const DetailLoader&) = delete;

    /// A step that has its place, which does not change until all of it was taken.
    void load(std::uint32_t step);
    /// Steps that were not yet taken whole.
    [[nodiscard]] std::size_t steps() const { return steps_; }

    struct Filled {
        Piece piece;
        const gpu::Buffer* memory = nullptr; ///< has the piece from its start; the GPU may read it in this frame
    };
    /// What is ready, in the order of loading. `frame`: number of the frame that copies it.
    [[nodiscard]] std::vector<Filled> take(std::uint64_t frame);
    /// Waits until something is ready or nothing is left to do.
    void wait();
    /// The GPU is done with all that was taken.
    void releaseAll();

private:
    enum class State : std::uint8_t { Free, Filling, Filled, Copied };
    struct Block {
        gpu::Buffer memory;
        State state = State::Free;
        Piece piece;
        std::uint64_t frame = 0; ///< that copied it
    };
    explicit DetailLoader(const SceneStore& store) : store_{store} {}
    void run(const std::stop_token& stop);
    void release(std::uint64_t frame);

    const SceneStore& store_;
    std::array<Block, blocks> blocks_;
    std::size_t steps_ = 0; ///< of the frame thread
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<std::uint32_t> waiting_; ///< steps
    std::deque<std::size_t> filled_;    ///< blocks
    std::jthread thread_;               ///< last: it uses all others
};

} // namespace millwright::render
