#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace millwright {

/// A 128-bit XXH3 digest; equal on every machine for equal bytes.
struct Digest {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    /// 32 lower-case hexadecimal digits.
    [[nodiscard]] std::string hex() const;
    friend bool operator==(const Digest&, const Digest&) = default;
};

[[nodiscard]] Digest digest(std::span<const std::byte> bytes);

/// Streaming XXH3-128. Add values field by field, never whole structs with padding.
class Hasher {
public:
    Hasher();
    ~Hasher();
    Hasher(Hasher&&) noexcept;
    Hasher& operator=(Hasher&&) noexcept;

    void add(std::span<const std::byte> bytes);
    /// Length first, so that "ab"+"c" and "a"+"bc" differ.
    void add(std::string_view text);
    template <typename T>
        requires std::is_arithmetic_v<T> || std::is_enum_v<T>
    void add(T value) {
        add(std::as_bytes(std::span{&value, 1}));
    }

    [[nodiscard]] Digest finish() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace millwright
