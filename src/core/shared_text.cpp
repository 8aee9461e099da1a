#include <millwright/core/shared_text.hpp>

#include <atomic>
#include <cassert>
#include <cstring>
#include <limits>
#include <new>

namespace millwright {

/// The characters follow it in the same piece of memory.
struct SharedText::Block {
    std::atomic<std::uint32_t> copies{1};
    std::uint32_t length = 0;

    [[nodiscard]] char* characters() { return reinterpret_cast<char*>(this + 1); }
};

SharedText::SharedText(std::string_view text, Owned) {
    if (text.empty()) return;
    assert(text.size() <= std::numeric_limits<std::uint32_t>::max());
    block_ = new (::operator new(sizeof(Block) + text.size())) Block{.length = static_cast<std::uint32_t>(text.size())};
    std::memcpy(block_->characters(), text.data(), text.size());
}

void SharedText::share() const noexcept {
    if (block_ != nullptr) block_->copies.fetch_add(1, std::memory_order_relaxed);
}

void SharedText::release() noexcept {
    if (block_ == nullptr || block_->copies.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    block_->~Block();
    ::operator delete(block_);
}

std::string_view SharedText::view() const {
    return block_ == nullptr ? std::string_view{} : std::string_view{block_->characters(), block_->length};
}

} // namespace millwright
