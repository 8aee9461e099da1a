#pragma once

#include "plant/reader.hpp"
#include "plant/template.hpp"

#include <span>

/// Derived signals: their keys, what they compute, and the order to compute them in.
namespace millwright::plant {

/// Reads `expression` and `rules` of a signal whose other keys are read; a signal with neither is left as it is.
void readDerived(const Reader& reader, ReadContext& context, SignalTemplate& signal);

/// Puts each of `plant.derived` after those that it reads, otherwise in the order of signals. Reports those that read each other
/// in a circle, at the place of one of them; `places` is parallel to `plant.derived`.
void orderDerived(Plant& plant, std::span<const Position> places, ReadContext& context);

} // namespace millwright::plant
