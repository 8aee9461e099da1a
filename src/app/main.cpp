#include <millwright/core/log.hpp>
#include <millwright/core/spelling.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <app/command.hpp>
#include <cstdio>
#include <exception>
#include <format>

using namespace millwright;
using namespace millwright::app;

namespace {

/// The subcommand that the user wrote, as deep as it goes.
const CLI::App& askedFor(const CLI::App& program) {
    const auto chosen = program.get_subcommands();
    return chosen.empty() ? program : askedFor(*chosen.front());
}

std::string fullName(const CLI::App& command) {
    return command.get_parent() ? fullName(*command.get_parent()) + ' ' + command.get_name() : command.get_name();
}

/// `'rendr' is no command: did you mean 'render'?`
std::string unknownWord(const CLI::App& command, std::string word) {
    word.resize(std::min(word.size(), word.find('='))); // --option=value
    const bool isOption = word.starts_with('-');
    std::vector<std::string> known;
    for (const CLI::App* child : command.get_subcommands([](const CLI::App*) { return true; }))
        if (!isOption) known.push_back(child->get_name());
    const bool takesCommand = !known.empty();
    for (const CLI::Option* option : command.get_options())
        if (isOption) known.push_back(option->get_name());
    const std::vector<std::string_view> words{known.begin(), known.end()};
    return std::format("'{}' is {}{}", word,
                       isOption       ? "no option"
                       : takesCommand ? "no command"
                                      : "one argument too many",
                       didYouMean(word, words));
}

/// The text between two others, empty where they are not there.
std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
    const std::size_t at = text.find(before);
    if (at == std::string_view::npos) return {};
    text.remove_prefix(at + before.size());
    return text.substr(0, text.find(after));
}

/// `--by is one of shift, hour, day, order, not 'week'`, where CLI11 says `--by: week not in {shift,hour,day,order}`.
std::string unfitValue(std::string_view message) {
    const std::string_view name = message.substr(0, message.find(": "));
    std::string_view value = between(message, ": ", " not in ");
    if (value.starts_with("Value ")) value.remove_prefix(6);
    if (const std::string_view range = between(message, " not in range [", "]"); !range.empty()) {
        const std::string_view least = range.substr(0, range.find(" - ")), most = between(range, " - ", "]");
        const bool open = most.ends_with("e+308"); // CLI11's PositiveNumber and NonNegativeNumber
        return open ? std::format("{} is a number {} 0, not '{}'", name, least == "0" ? "from" : "above", value)
                    : std::format("{} is a number from {} to {}, not '{}'", name, least, most, value);
    }
    std::string allowed;
    std::vector<std::string_view> words;
    for (std::string_view rest = between(message, " not in {", "}"); !rest.empty();) {
        words.push_back(rest.substr(0, rest.find(',')));
        allowed += std::format("{}{}", allowed.empty() ? "" : ", ", words.back());
        rest.remove_prefix(std::min(rest.size(), words.back().size() + 1));
    }
    if (words.empty()) return std::string{message};
    return std::format("{} is one of {}, not '{}'{}", name, allowed, value, didYouMean(value, words));
}

/// `--seed is a whole number from 0, not '-3'`.
std::string unreadableValue(const CLI::App& command, std::string_view message) {
    const std::string_view name = between(message, ": ", " = ");
    const std::string_view value = message.find(" = ") == std::string_view::npos ? "" : message.substr(message.find(" = ") + 3);
    const CLI::Option* option = command.get_option_no_throw(std::string{name});
    if (name.empty() || option == nullptr) return std::string{message};
    const std::string type = option->get_type_name();
    return std::format("{} is {}, not '{}'", name,
                       type.starts_with("UINT")  ? "a whole number from 0"
                       : type.starts_with("INT") ? "a whole number"
                                                 : "a number",
                       value);
}

/// What CLI11 found wrong, in our words and with what to do.
std::string wrongUsage(const CLI::App& command, const CLI::ParseError& error) {
    const std::string message = error.what();
    const std::string name = message.substr(0, message.find(':'));
    if (dynamic_cast<const CLI::ValidationError*>(&error)) return unfitValue(message);
    if (dynamic_cast<const CLI::ConversionError*>(&error)) return unreadableValue(command, message);
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error)) {
        const CLI::Option* option = command.get_option_no_throw(name);
        const bool repeated = option != nullptr && option->count() > 1;
        return repeated ? std::format("{} is given {} times: give it once", name, option->count())
                        : std::format("{} needs a value", name);
    }
    const std::size_t excludes = message.find(" excludes "), needs = message.find(" requires ");
    if (dynamic_cast<const CLI::ExcludesError*>(&error) && excludes != std::string::npos)
        return std::format("{} and {} do not go together: leave one of them out", message.substr(0, excludes),
                           message.substr(excludes + 10));
    if (dynamic_cast<const CLI::RequiresError*>(&error) && needs != std::string::npos)
        return std::format("{} goes with {} alone: add it", message.substr(0, needs), message.substr(needs + 10));
    return message;
}

/// One line for wrong usage. CLI11 reports a missing subcommand before it reports the word that was meant to be one.
Error usageError(const CLI::App& program, const CLI::ParseError& error) {
    const CLI::App* command = &askedFor(program);
    std::string message;
    for (const CLI::App* each = command; each != nullptr && message.empty(); each = each->get_parent()) {
        if (each->remaining().empty()) continue;
        message = unknownWord(*each, each->remaining().front());
        command = each; // whose word it was
    }
    if (message.empty())
        message = command->get_require_subcommand_min() > 0 ? "a command is missing" : wrongUsage(*command, error);
    std::ranges::replace(message, '\n', ' ');
    const std::string_view separator = message.ends_with('?') ? " See" : "; see";
    return {ErrorCode::Invalid, std::format("{}{} `{} --help`", message, separator, fullName(*command)), ""};
}

/// An unset variable of a script must not silently become the default.
Result<void> refuseEmptyValues(const CLI::App& command) {
    for (const CLI::Option* option : command.get_options())
        if (std::ranges::contains(option->results(), ""))
            return failure(ErrorCode::Invalid, std::format("{} is empty: give it a value{}", option->get_name(),
                                                           option->get_required() ? "" : " or leave it out"));
    return {};
}

} // namespace

int main(int argumentCount, char** arguments) {
    CLI::App program{"Millwright: an open digital twin of a factory floor", "millwright"};
    program.require_subcommand(1);
    program.set_version_flag("--version", std::string{"millwright "} + MILLWRIGHT_VERSION);
    program.set_help_all_flag("--help-all", "Help of every command");
    program.footer("Example: millwright render assets/plants/battery -o coater.png --at +10min\n"
                   "Exit status: 0 success, 1 a checked thing is not as it should be, 2 wrong usage or unreadable input.");
    program.add_flag_callback(
        "-v,--verbose", [] { log::setLevel(log::Level::Info); }, "Say what is being done");

    Run run;
    addView(program, run);
    addXr(program, run);
    addRender(program, run);
    addImport(program, run);
    addReplay(program, run);
    addCheck(program, run);
    addValidate(program, run);
    addKpi(program, run);
    addAlarms(program, run);
    addStates(program, run);
    addCondition(program, run);
    addRecord(program, run);
    addFeed(program, run);
    addBrowse(program, run);
    addLog(program, run);
    addHistorian(program, run);
    addSimulate(program, run);
    addStudy(program, run);
    addCalibrate(program, run);
    addBench(program, run);
    addDoctor(program, run);

    try {
        program.parse(argumentCount, arguments);
    } catch (const CLI::ParseError& error) {
        // CLI11 answers --help and --version through exceptions of status 0; everything else is wrong usage.
        if (error.get_exit_code() == 0) return program.exit(error);
        return static_cast<int>(fail(usageError(program, error)));
    }
    try {
        if (const auto given = refuseEmptyValues(askedFor(program)); !given) return static_cast<int>(fail(given.error()));
        const ExitStatus status = run ? run() : ExitStatus::Unusable;
        if (std::ferror(stdout))
            return static_cast<int>(fail(Error{ErrorCode::Unreadable, "cannot be written: is the disk full?", "standard output"}));
        return static_cast<int>(status);
    } catch (const std::exception& error) { // only out-of-memory and the like can still get here
        return static_cast<int>(fail(Error{ErrorCode::ResourceLimit, error.what(), ""}));
    }
}
