#pragma once

#include <millwright/core/result.hpp>
#include <millwright/render/view.hpp>
#include <millwright/scene/scene.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::app {

/// Reads a section plane: `x=1.2` (metres; also `1200mm`, `47in`, `50%` of `bounds`) cuts away what has a larger x, `x=1.2,flip`
/// what has a smaller one; `NX,NY,NZ,D` what lies beyond D metres along the direction NX, NY, NZ. World frame. Errors: Malformed.
[[nodiscard]] Result<render::SectionPlane> parseSection(std::string_view text, const scene::Aabb& bounds);
/// Several. Errors: the first one's; OutOfRange for more than can be cut at once.
[[nodiscard]] Result<std::vector<render::SectionPlane>> parseSections(std::span<const std::string> texts,
                                                                      const scene::Aabb& bounds);

/// Moves `from` along the unit `direction` to where the ray enters what the planes leave, where it begins in what they cut away.
/// False where the ray never does.
[[nodiscard]] bool enterSections(std::span<const render::SectionPlane> sections, glm::dvec3& from, glm::dvec3 direction);
/// Whether a point is among what they leave.
[[nodiscard]] bool isLeft(std::span<const render::SectionPlane> sections, glm::dvec3 point);

} // namespace millwright::app
