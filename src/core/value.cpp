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

StringId StringTable::add(std::string_view text) {
    if (const auto found = ids_.find(text); found != ids_.end()) return found->second;
    const auto id = static_cast<StringId>(strings_.size());
    ids_.emplace(strings_.emplace_back(text), id);
    return id;
}

} // namespace millwright
