#pragma once

#include "plant/document.hpp"

#include <millwright/core/result.hpp>

#include <string>
#include <vector>

namespace millwright::plant {

/// Everything found wrong with one file, each problem with its place.
class Problems {
public:
    void add(Position at, std::string message, ErrorCode code = ErrorCode::Invalid) {
        ++count_;
        if (found_.size() < maximum) found_.push_back({at, code, std::move(message)});
    }
    /// How many were added so far.
    [[nodiscard]] std::size_t count() const { return count_; }
    /// Whether advice is still worth its time: a hostile file must not make us look for thousands of misspelt names.
    [[nodiscard]] bool fewSoFar() const { return count_ < 200; }
    /// Whether there is no point in reading on.
    [[nodiscard]] bool hopeless() const { return count_ > 20'000; }
    /// In file order, the same problem once.
    [[nodiscard]] std::vector<Error> errors(std::string_view file) const;

private:
    static constexpr std::size_t maximum = 1000; // more help nobody, and a hostile file has millions
    struct Problem {
        Position at;
        ErrorCode code;
        std::string message;
    };
    std::vector<Problem> found_;
    std::size_t count_ = 0;
};

} // namespace millwright::plant
