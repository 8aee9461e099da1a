#pragma once

#include <millwright/telemetry/import.hpp>

#include <string>
#include <string_view>

namespace millwright::telemetry {

/// What a file that is no text looks like by its first bytes, and what to do about it, as an error message; empty when unknown.
[[nodiscard]] std::string foreignFile(std::string_view bytes);

/// The same for text that would be taken for CSV; empty when it may be CSV. Looks at the beginning only.
[[nodiscard]] std::string foreignText(std::string_view text, const Mapping& mapping);

/// Whether a text, blanks before it taken off, begins as a document of JSON.
[[nodiscard]] bool looksLikeJson(std::string_view text);

} // namespace millwright::telemetry
