#pragma once

#include <millwright/cad/import.hpp>

#include <format>
#include <set>
#include <string>
#include <utility>

namespace millwright::cad {

/// Collects what the report will warn about; the same warning twice is kept once, and a flood of one kind is cut.
class Findings {
public:
    template <typename... Args>
    void warn(std::string code, std::format_string<Args...> format, Args&&... args) {
        add(std::move(code), std::format(format, std::forward<Args>(args)...));
    }
    void add(std::string code, std::string message);
    [[nodiscard]] std::vector<ImportWarning> take() { return std::move(warnings_); }

private:
    std::vector<ImportWarning> warnings_;
    std::set<std::pair<std::string, std::string>> seen_;
};

/// `1 triangle`, `2 triangles`.
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view thing);

} // namespace millwright::cad
