#pragma once

#include <millwright/check/check.hpp>
#include <millwright/check/expectation.hpp>

#include <string>
#include <vector>

namespace millwright::check {

/// Takes what failed checks of pictures and state hashes found as what is expected from now on: copies what was drawn over the
/// reference, and writes the hash into the expectation file. Their outcomes pass then. Returns what was changed, for people.
/// Pictures come from `CheckOptions::reportFolder`. Errors: Unreadable; what was changed before stays so.
[[nodiscard]] Result<std::vector<std::string>> bless(Verdict& verdict, const std::vector<Expectation>& expectations);

} // namespace millwright::check
