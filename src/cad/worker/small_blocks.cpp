#include "cad/worker/small_blocks.hpp"

#include "cad/worker/sanitized.hpp"

#ifdef MILLWRIGHT_SANITIZED

void millwright::cad::useSmallBlocks() {}

#else

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <sys/mman.h>

namespace {

constexpr std::size_t slotBytes = 12; ///< whatever has this size needs no more than 4 bytes of alignment
constexpr std::size_t blockBytes = 1 << 18;
constexpr std::uintptr_t regionBegin = 0x2000'0000'0000; ///< far from where the system puts anything by itself
constexpr std::uintptr_t regionEnd = 0x3000'0000'0000;

/// At the beginning of each block; slots follow.
struct alignas(16) Block {
    Block* previous; ///< of those that have room, besides the newest
    Block* next;
    std::uint32_t live;
    std::uint32_t used;  ///< slots that were ever given out
    std::uint32_t freed; ///< the slot freed last, counted from 1; each holds the one before it
    bool listed;

    [[nodiscard]] std::uint32_t* slot(std::uint32_t index) {
        return reinterpret_cast<std::uint32_t*>(reinterpret_cast<std::byte*>(this + 1) + index * slotBytes);
    }
    [[nodiscard]] bool full() const { return live == (blockBytes - sizeof(Block)) / slotBytes; }
    [[nodiscard]] void* take() {
        ++live;
        if (freed == 0) return slot(used++);
        std::uint32_t* const last = slot(freed - 1);
        freed = *last;
        return last;
    }
};

/// Blocks at ever higher addresses, so that one comparison tells whose a pointer is. One thread only.
class Blocks {
public:
    [[nodiscard]] void* take() {
        if (newest_ == nullptr || newest_->full()) {
            if (roomy_ != nullptr) {
                newest_ = roomy_;
                unlist(*newest_);
            } else if (!add()) {
                return nullptr;
            }
        }
        return newest_->take();
    }
    [[nodiscard]] static bool owns(const void* pointer) {
        const auto address = reinterpret_cast<std::uintptr_t>(pointer);
        return address >= regionBegin && address < regionEnd;
    }
    void give(void* pointer) {
        const auto address = reinterpret_cast<std::uintptr_t>(pointer);
        Block& block = *reinterpret_cast<Block*>(address & ~(blockBytes - 1));
        auto* const slot = static_cast<std::uint32_t*>(pointer);
        *slot = block.freed;
        block.freed = static_cast<std::uint32_t>((static_cast<std::byte*>(pointer) - reinterpret_cast<std::byte*>(&block + 1)) /
                                                 static_cast<std::ptrdiff_t>(slotBytes)) +
                      1;
        --block.live;
        if (&block == newest_) return;
        if (block.live == 0) {
            if (block.listed) unlist(block);
            ::munmap(&block, blockBytes);
        } else if (!block.listed) {
            list(block);
        }
    }

private:
    bool add() {
        if (end_ >= regionEnd) return false;
        void* const data = ::mmap(reinterpret_cast<void*>(end_), blockBytes, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        if (data != reinterpret_cast<void*>(end_)) {
            if (data != MAP_FAILED) ::munmap(data, blockBytes); // a kernel before 4.17 takes the address as a wish
            return false;
        }
        end_ += blockBytes;
        newest_ = new (data) Block{};
        return true;
    }
    void list(Block& block) {
        block.listed = true;
        block.previous = nullptr;
        block.next = roomy_;
        if (roomy_ != nullptr) roomy_->previous = &block;
        roomy_ = &block;
    }
    void unlist(Block& block) {
        block.listed = false;
        (block.previous != nullptr ? block.previous->next : roomy_) = block.next;
        if (block.next != nullptr) block.next->previous = block.previous;
    }

    Block* newest_ = nullptr;
    Block* roomy_ = nullptr;
    std::uintptr_t end_ = regionBegin;
};

Blocks blocks;
thread_local bool usesBlocks = false;

} // namespace

void millwright::cad::useSmallBlocks() {
    usesBlocks = true;
}

void* operator new(std::size_t size) {
    if (size == slotBytes && usesBlocks)
        if (void* const slot = blocks.take()) return slot;
    while (true) {
        if (void* const memory = std::malloc(size > 0 ? size : 1)) return memory;
        const std::new_handler handler = std::get_new_handler();
        if (handler == nullptr) throw std::bad_alloc{};
        handler();
    }
}
void* operator new[](std::size_t size) {
    return operator new(size);
}
void operator delete(void* memory) noexcept {
    if (!Blocks::owns(memory))
        std::free(memory);
    else if (usesBlocks) // what another thread frees stays: 12 bytes of a process that will end soon
        blocks.give(memory);
}
void operator delete[](void* memory) noexcept {
    operator delete(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    operator delete(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    operator delete(memory);
}

#endif
