#include "cad/assimp/findings.hpp"

#include <algorithm>

namespace millwright::cad {

namespace {
constexpr std::ptrdiff_t mostOfOneKind = 20;
}

void Findings::add(std::string code, std::string message) {
    if (!seen_.emplace(code, message).second) return;
    const auto alike = std::ranges::count(warnings_, code, &ImportWarning::code);
    if (alike > mostOfOneKind) return;
    if (alike == mostOfOneKind) message = "more of the same, not listed";
    warnings_.push_back({std::move(code), std::move(message)});
}

std::string counted(std::uint64_t count, std::string_view thing) {
    return std::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

} // namespace millwright::cad
