#include <millwright/core/value.hpp>

#include <limits>

namespace millwright {

double Value::asNumber(ValueType type) const {
    switch (type) {
    case ValueType::Float: return number;
    case ValueType::Integer: return static_cast<double>(integer);
    case ValueType::Boolean: return boolean ? 1.0 : 0.0;
    case ValueType::String: break;
    }
    return std::numeric_limits<double>::quiet_NaN();
}

std::optional<StringId> StringTable::find(std::string_view text) const {
    const auto found = ids_.find(text);
    return found == ids_.end() ? std::nullopt : std::optional{found->second};
}

StringId StringTable::add(std::string_view text) {
    if (const auto known = find(text)) return *known;
    const std::size_t id = ids_.size();
    const auto [block, offset] = placeOf(id);
    if (!blocks_[block]) blocks_[block] = std::make_unique<std::string[]>(firstBlock << block);
    std::string& stored = blocks_[block][offset];
    stored = text;
    ids_.emplace(stored, static_cast<StringId>(id));
    return static_cast<StringId>(id);
}

} // namespace millwright
