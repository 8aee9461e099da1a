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

/// One line for wrong usage. CLI11 reports a missing subcommand before it reports the word that was meant to be one.
Error usageError(const CLI::App& program, const CLI::ParseError& error) {
    const CLI::App& command = askedFor(program);
    const std::vector<std::string> unknown = command.remaining();
    const bool lacksCommand = command.get_require_subcommand_min() > 0;
    std::string message = error.what();
    if (!unknown.empty())
        message = unknownWord(command, unknown.front());
    else if (lacksCommand)
        message = "a command is missing";
    else if (dynamic_cast<const CLI::ArgumentMismatch*>(&error))
        message = std::format("{} needs a value", message.substr(0, message.find(':')));
    std::ranges::replace(message, '\n', ' ');
    const std::string_view separator = message.ends_with('?') ? " See" : "; see";
    return {ErrorCode::Invalid, std::format("{}{} `{} --help`", message, separator, fullName(command)), ""};
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
