#pragma once

#include "plant/document.hpp"
#include "plant/keys.hpp"
#include "plant/problems.hpp"

#include <glm/glm.hpp>

#include <optional>

namespace millwright::plant {

/// Checks a whole document against the table of keys: unknown, missing and misplaced keys, types, choices, sizes and bounds of
/// values. What passes is safe to read without further checks of its form.
void checkStructure(const Node& root, Problems& problems);
/// The same for a scenario file, in which an element of the process needs only its id.
void checkScenarioStructure(const Node& root, Problems& problems);

/// Whether `text` may be an id: 1 to 128 letters, digits and - _ . beginning with a letter, a digit or _. Braces are left to the
/// caller.
[[nodiscard]] bool isIdentifier(std::string_view text);

/// The same for a text that may hold placeholders such as {i} or {n:03}; what they become is checked again when they are filled in.
[[nodiscard]] bool isIdentifierTemplate(std::string_view text);

/// sRGB "#rrggbb" to linear RGB.
[[nodiscard]] std::optional<glm::vec3> parseColour(std::string_view text);

} // namespace millwright::plant
