#pragma once

#include "plant/document.hpp"
#include "plant/template.hpp"

#include <millwright/plant/historian.hpp>

#include <optional>

namespace millwright::plant {

/// Reads and checks the `[historian]` table; none where there is none. Whether the files with secrets are there is looked at only
/// where it is `wanted`.
std::optional<Historian> readHistorian(const Node& root, ReadContext& context, bool wanted);

} // namespace millwright::plant
