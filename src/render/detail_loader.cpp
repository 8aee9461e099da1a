#include "render/detail_loader.hpp"

#include <algorithm>
#include <format>

namespace millwright::render {

Result<std::unique_ptr<DetailLoader>> DetailLoader::create(gpu::Device& device, const SceneStore& store) {
    auto loader = std::unique_ptr<DetailLoader>(new DetailLoader{store});
    for (std::size_t i = 0; i < blocks; ++i) {
        auto made = gpu::Buffer::create(device, blockBytes, gpu::BufferUse::Staging, std::format("detail staging {}", i));
        if (!made) return std::unexpected(made.error());
        loader->blocks_[i].memory = std::move(*made);
    }
    loader->thread_ = std::jthread{[self = loader.get()](const std::stop_token& stop) { self->run(stop); }};
    return loader;
}

DetailLoader::~DetailLoader() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void DetailLoader::load(std::uint32_t step) {
    ++steps_;
    const std::lock_guard lock{mutex_};
    waiting_.push_back(step);
    changed_.notify_all();
}

std::vector<DetailLoader::Filled> DetailLoader::take(std::uint64_t frame) {
    std::vector<Filled> ready;
    const std::lock_guard lock{mutex_};
    release(frame);
    while (!filled_.empty()) {
        auto& block = blocks_[filled_.front()];
        filled_.pop_front();
        block.memory.flush();
        block.state = State::Copied;
        block.frame = frame;
        if (block.piece.last) --steps_;
        ready.push_back({block.piece, &block.memory});
    }
    return ready;
}

void DetailLoader::release(std::uint64_t frame) {
    for (auto& block : blocks_)
        if (block.state == State::Copied && block.frame + gpu::framesInFlight <= frame) block.state = State::Free;
    changed_.notify_all();
}

void DetailLoader::releaseAll() {
    const std::lock_guard lock{mutex_};
    for (auto& block : blocks_)
        if (block.state == State::Copied) block.state = State::Free;
    changed_.notify_all();
}

void DetailLoader::wait() {
    std::unique_lock lock{mutex_};
    if (steps_ > 0) changed_.wait(lock, [&] { return !filled_.empty(); });
}

void DetailLoader::run(const std::stop_token& stop) {
    std::vector<Piece> pieces;
    std::unique_lock lock{mutex_};
    while (changed_.wait(lock, stop, [&] { return !waiting_.empty(); })) {
        const std::uint32_t step = waiting_.front();
        waiting_.pop_front();
        lock.unlock();
        pieces.clear();
        appendPieces(store_, step, blockBytes, pieces);
        lock.lock();
        for (const auto& piece : pieces) {
            const auto free = [&] { return std::ranges::find(blocks_, State::Free, &Block::state); };
            if (!changed_.wait(lock, stop, [&] { return free() != blocks_.end(); })) return;
            Block& block = *free();
            block.state = State::Filling;
            block.piece = piece;
            lock.unlock();
            const bool attributed = !store_.meshes[store_.detail.steps[step].mesh].plain;
            fill(store_, piece, block.memory.mapped().first(piece.bytes(attributed)));
            lock.lock();
            block.state = State::Filled;
            filled_.push_back(static_cast<std::size_t>(&block - blocks_.data()));
            changed_.notify_all();
        }
    }
}

} // namespace millwright::render
