#include <millwright/core/log.hpp>

#include <CLI/CLI.hpp>

#include <app/command.hpp>
#include <exception>

using namespace millwright;
using namespace millwright::app;

int main(int argumentCount, char** arguments) {
    CLI::App program{"Millwright: an open digital twin of a factory floor", "millwright"};
    program.require_subcommand(1);
    program.set_version_flag("--version", std::string{"millwright "} + MILLWRIGHT_VERSION);
    program.set_help_all_flag("--help-all", "Help of every command");
    program.footer("Example: millwright render assets/plants/battery -o coater.png --at +10min\n"
                   "Exit status: 0 success, 1 a checked thing is not as it should be, 2 wrong usage or unreadable input.");
    program.add_flag_callback("-v,--verbose", [] { log::setLevel(log::Level::Info); }, "Say what is being done");

    Run run;
    addView(program, run);
    addXr(program, run);
    addRender(program, run);
    addImport(program, run);
    addReplay(program, run);
    addCheck(program, run);
    addLog(program, run);
    addBench(program, run);
    addDoctor(program, run);

    try {
        program.parse(argumentCount, arguments);
    } catch (const CLI::ParseError& error) {
        // CLI11 answers --help and --version through exceptions of status 0; everything else is wrong usage.
        const int status = program.exit(error);
        return status == 0 ? 0 : static_cast<int>(ExitStatus::Unusable);
    }
    try {
        return static_cast<int>(run ? run() : ExitStatus::Unusable);
    } catch (const std::exception& error) { // only out-of-memory and the like can still get here
        return static_cast<int>(fail(Error{ErrorCode::ResourceLimit, error.what(), ""}));
    }
}
