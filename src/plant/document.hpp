#pragma once

#include <millwright/core/toml.hpp>

namespace millwright::plant {

using Position = TextPosition;
using Node = TomlNode;
using Document = TomlDocument;

} // namespace millwright::plant
