#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace millwright::cad {

/// At most the first `limit` bytes of the first file in a ZIP archive whose name ends in `suffix`; empty when there is none or the
/// archive is broken. Sizes that the archive claims are not trusted.
[[nodiscard]] std::string headOfZipEntry(std::span<const std::byte> archive, std::string_view suffix, std::size_t limit);

} // namespace millwright::cad
