#pragma once

#include <millwright/core/png.hpp>
#include <millwright/core/result.hpp>

namespace millwright::check {

struct PictureDifference {
    double share = 0;   ///< of pixels that look different to a person
    PngImage highlight; ///< the drawn picture in pale grey, different pixels in magenta
};

/// Compares two pictures as a person would: both smoothed over 3 x 3 pixels, so that edges drawn half a pixel apart count as equal,
/// then by distance in the Oklab colour space (Björn Ottosson, 2020); beyond 0.04, about twice what can just be told apart side by
/// side, a pixel is different. Errors: Invalid when the sizes differ.
[[nodiscard]] Result<PictureDifference> comparePictures(const PngImage& drawn, const PngImage& reference);

} // namespace millwright::check
