#include <millwright/core/hash.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <format>

namespace millwright {

struct Hasher::State {
    XXH3_state_t xxh;
};

std::string Digest::hex() const {
    return std::format("{:016x}{:016x}", high, low);
}

Digest digest(std::span<const std::byte> bytes) {
    const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
    return {hash.high64, hash.low64};
}

Hasher::Hasher() : state_{std::make_unique<State>()} {
    XXH3_128bits_reset(&state_->xxh);
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::add(std::span<const std::byte> bytes) {
    XXH3_128bits_update(&state_->xxh, bytes.data(), bytes.size());
}

void Hasher::add(std::string_view text) {
    add(static_cast<std::uint64_t>(text.size()));
    add(std::as_bytes(std::span{text}));
}

Digest Hasher::finish() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(&state_->xxh);
    return {hash.high64, hash.low64};
}

} // namespace millwright
