#pragma once

#include <glm/glm.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Measurements as the measuring panel lists them and the viewport draws them. Values are metres and radians, world frame.
namespace millwright::ui {

enum class MeasureKind : std::uint8_t { Point, Distance, Angle, Clearance };
enum class LengthUnit : std::uint8_t { Metre, Millimetre, Inch };

/// One that was taken.
struct Measurement {
    MeasureKind kind = MeasureKind::Point;
    glm::dvec3 from{0};
    glm::dvec3 to{0};             ///< the same as `from` for a point
    std::optional<double> length; ///< of the edge, the distance, the clearance
    std::optional<double> across; ///< between parallel faces or edges, where that is what was taken
    std::optional<double> angle;  ///< radians, 0…pi/2
    std::string parts;            ///< of what, where it has a name: `die – backing-roll`
};

/// What the viewport draws of one, in pixels of the viewport.
struct MeasureShape {
    glm::vec2 from{0};
    glm::vec2 to{0};
    bool line = false;                           ///< otherwise a point
    std::size_t measurement = std::string::npos; ///< index; none: what the pointer has caught, or the first of two points
    bool caught = false;                         ///< under the pointer
};

/// `1.2345 m`, `1234.5 mm`, `48.602 in`: to a tenth of a millimetre or better.
[[nodiscard]] std::string lengthText(double metres, LengthUnit unit);
/// `30.00°`, and for an angle that is not right the one beside it: `30.00° (150.00°)`.
[[nodiscard]] std::string angleText(double radians);
/// What a measurement amounts to in few characters, for the picture.
[[nodiscard]] std::string headline(const Measurement& measurement, LengthUnit unit);
/// Everything about it, a line each, the first as `headline` has it.
[[nodiscard]] std::vector<std::string> details(const Measurement& measurement, LengthUnit unit);
/// `Distance`.
[[nodiscard]] const char* name(MeasureKind kind);

} // namespace millwright::ui
