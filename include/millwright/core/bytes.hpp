#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace millwright {

static_assert(std::endian::native == std::endian::little, "the formats are little-endian and are read by copying");

/// Reads little-endian fields from bytes that may be anything. Once a read goes past the end, this and every later one yields zero
/// or empty, and ok() is false: check it once, before using what was read to allocate or index.
class ByteReader {
public:
    explicit ByteReader(std::span<const std::byte> bytes) : at_{bytes.data()}, end_{bytes.data() + bytes.size()} {}

    template <typename T>
        requires std::is_arithmetic_v<T>
    T number() {
        T value{};
        if (remaining() < sizeof(T)) return fail<T>();
        std::memcpy(&value, at_, sizeof(T));
        at_ += sizeof(T);
        return value;
    }
    /// LEB128: seven bits a byte, least significant first, at most ten bytes.
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (at_ == end_) return fail<std::uint64_t>();
            const auto byte = static_cast<std::uint8_t>(*at_++);
            value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if (byte < 0x80) return shift == 63 && byte > 1 ? fail<std::uint64_t>() : value;
        }
        return fail<std::uint64_t>();
    }
    std::span<const std::byte> bytes(std::uint64_t count) {
        if (remaining() < count) return fail<std::span<const std::byte>>();
        const std::span<const std::byte> taken{at_, static_cast<std::size_t>(count)};
        at_ += count;
        return taken;
    }
    std::string_view text(std::uint64_t count) {
        const auto taken = bytes(count);
        return {reinterpret_cast<const char*>(taken.data()), taken.size()};
    }
    std::span<const std::byte> rest() { return bytes(remaining()); }

    [[nodiscard]] std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }
    [[nodiscard]] bool ok() const { return ok_; }
    /// All was read, and nothing beyond.
    [[nodiscard]] bool finished() const { return ok_ && at_ == end_; }

private:
    template <typename T>
    T fail() {
        ok_ = false;
        at_ = end_;
        return T{};
    }
    const std::byte* at_;
    const std::byte* end_;
    bool ok_ = true;
};

/// Appends little-endian fields to a buffer.
class ByteWriter {
public:
    explicit ByteWriter(std::vector<std::byte>& out) : out_{out} {}

    template <typename T>
        requires std::is_arithmetic_v<T>
    void number(T value) {
        bytes(std::as_bytes(std::span{&value, 1}));
    }
    void varint(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<std::byte>(value | 0x80));
        out_.push_back(static_cast<std::byte>(value));
    }
    void bytes(std::span<const std::byte> data) { out_.insert(out_.end(), data.begin(), data.end()); }
    void text(std::string_view data) { bytes(std::as_bytes(std::span{data})); }

private:
    std::vector<std::byte>& out_;
};

} // namespace millwright
