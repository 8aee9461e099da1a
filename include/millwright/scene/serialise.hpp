#pragma once

#include <millwright/core/result.hpp>
#include <millwright/scene/scene.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace millwright::scene {

/// Takes the next bytes of a serialised scene; false stops the writing.
using ByteSink = std::function<bool(std::span<const std::byte>)>;

/// Is told which bytes of a serialised scene will not be looked at again.
using BytesDone = std::function<void(std::span<const std::byte>)>;

/// Writes a scene as one block of bytes: 8 bytes magic, format version, the scene's arrays as they lie in memory (little endian;
/// of vertices, tangents and texture coordinates only in meshes that have any), an XXH3-128 digest of all of it at the end. Equal
/// scenes give equal bytes. Errors: Unreadable when the sink refuses.
[[nodiscard]] Result<void> serialise(const Scene& scene, const ByteSink& sink);
/// The same for a scene that is needed no longer: its memory is given back piece by piece as it is written.
[[nodiscard]] Result<void> serialise(Scene&& scene, const ByteSink& sink);
[[nodiscard]] std::vector<std::byte> serialise(const Scene& scene);

/// Reads what `serialise` wrote; the result passes `validate`. Never allocates more than a small multiple of `bytes`. `done` is
/// called as reading goes on, after the digest has been found right.
/// Errors: Malformed (not such bytes, cut or changed), Unsupported (another version), Invalid (see `validate`).
[[nodiscard]] Result<Scene> deserialise(std::span<const std::byte> bytes, const BytesDone& done = {});

} // namespace millwright::scene
