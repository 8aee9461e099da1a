#include <millwright/core/json_writer.hpp>
#include <millwright/core/log.hpp>
#include <millwright/historian/reader.hpp>
#include <millwright/twin/replay.hpp>

#include <algorithm>
#include <app/commands/log.hpp>
#include <app/historian.hpp>
#include <app/open.hpp>
#include <chrono>
#include <cmath>
#include <format>

namespace millwright::app {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
    std::string plant;
    bool json = false;
    std::vector<std::string> logs; ///< of `import`
    std::string output;            ///< of `export`
    bool force = false;            ///< of `export`: write over a file that exists
    std::string from = "start", to = "end";
    LogFormatArguments format;
    std::string signal; ///< of `trend`
    std::size_t columns = 100;
};

/// The plant and its historian.
struct Opened {
    plant::Plant plant;
    historian::Options historian;
};

std::expected<Opened, std::vector<Error>> open(const Options& options) {
    auto plant = openPlant(options.plant);
    if (!plant) return std::unexpected(plant.error());
    auto historian = historianOf(*plant, options.plant);
    if (!historian) return std::unexpected(historian.error());
    if (!*historian)
        return std::unexpected(std::vector{
            Error{ErrorCode::Invalid, "the plant has no [historian]: say where it is (docs/historian.md)", options.plant}});
    return Opened{std::move(*plant), std::move(**historian)};
}

/// What the server says, with which one that is.
Error ofHistorian(Error error, const historian::Options& options) {
    if (error.place.empty()) error.place = historian::describe(options.access);
    return error;
}

// --- info

std::string asTable(const historian::Info& info, const Opened& opened) {
    std::string text = historian::describe(opened.historian.access) + "\n";
    const auto line = [&](std::string_view label, const std::string& value) { text += std::format("  {:<10} {}\n", label, value); };
    line("server", info.server + (info.timescale.empty() ? ", without TimescaleDB" : ", TimescaleDB " + info.timescale));
    if (info.version == 0) {
        line("tables", std::format("none in schema {} yet", opened.historian.schema));
    } else {
        line("tables", std::format("in schema {}, version {}, {}", opened.historian.schema, info.version,
                                   info.hypertable ? "samples in a hypertable" : "samples in a plain table"));
        line("signals", std::format("{} of plant {}", grouped(info.signals), opened.plant.id));
        if (info.span) {
            line("from", formatTime(info.span->from));
            line("to", formatTime(info.span->to) + "  (" + formatDuration(info.span->length()) + ")");
        }
        line("samples", std::format("about {} of all plants, {}", grouped(info.samplesAbout), sized(info.bytes)));
    }
    if (!info.note.empty()) line("note", info.note);
    return text;
}

std::string asJson(const historian::Info& info, const Opened& opened) {
    JsonWriter json;
    json.beginObject()
        .field("plant", opened.plant.id)
        .field("url", historian::describe(opened.historian.access))
        .field("schema", opened.historian.schema)
        .field("server", info.server)
        .field("timescale", info.timescale)
        .field("hypertable", info.hypertable)
        .field("version", info.version)
        .field("signals", info.signals)
        .field("samplesAbout", info.samplesAbout)
        .field("bytes", info.bytes);
    for (const auto& [key, end] : {std::pair{"from", &TimeInterval::from}, {"to", &TimeInterval::to}}) {
        json.key(key);
        if (info.span)
            json.value(formatTime((*info.span).*end));
        else
            json.null();
    }
    return json.field("note", info.note).endObject().text();
}

ExitStatus info(const Options& options) {
    const auto opened = open(options);
    if (!opened) return fail(opened.error());
    const auto found = historian::look(opened->historian);
    if (!found) return fail(ofHistorian(found.error(), opened->historian));
    print(options.json ? asJson(*found, *opened) : asTable(*found, *opened));
    return ExitStatus::Success;
}

// --- import

ExitStatus import(const Options& options) {
    const auto opened = open(options);
    if (!opened) return fail(opened.error());
    const Clock::time_point began = Clock::now();
    const auto report = [&] {
        ProgressBar bar{"import"};
        return historian::importLogs(opened->historian, twin::subscriptions(opened->plant),
                                     {options.logs.begin(), options.logs.end()}, bar.progress());
    }();
    if (!report) return fail(ofHistorian(report.error(), opened->historian));
    const double took = seconds(Clock::now() - began);
    for (const std::string& note : report->notes) log::warning("{}", note);
    if (!options.json) {
        std::string text = std::format("{}: {} samples written, {}\n", historian::describe(opened->historian.access),
                                       grouped(report->written), formatDuration(report->span.length()));
        if (report->present > 0) text += std::format("  {} were there already\n", grouped(report->present));
        if (report->refused > 0) text += std::format("  {} could not be kept\n", grouped(report->refused));
        print(text);
        return ExitStatus::Success;
    }
    JsonWriter json;
    json.beginObject()
        .field("plant", opened->plant.id)
        .field("url", historian::describe(opened->historian.access))
        .field("samples", report->samples)
        .field("written", report->written)
        .field("present", report->present)
        .field("refused", report->refused)
        .field("from", formatTime(report->span.from))
        .field("to", formatTime(report->span.to))
        .field("wallSeconds", took)
        .field("samplesPerSecond", took > 0 ? static_cast<double>(report->samples) / took : 0.0)
        .key("notes")
        .beginArray();
    for (const std::string& note : report->notes) json.value(note);
    print(json.endArray().endObject().text());
    return ExitStatus::Success;
}

// --- export

ExitStatus exportTo(const Options& options) {
    if (const auto may = mayWrite(options.output, options.force); !may) return fail(may.error());
    const auto opened = open(options);
    if (!opened) return fail(opened.error());
    const Clock::time_point began = Clock::now();
    const auto report = [&] {
        ProgressBar bar{"export"};
        return historian::exportLog(opened->historian, twin::subscriptions(opened->plant), options.from, options.to, options.output,
                                    options.format.options(), bar.progress());
    }();
    if (!report) return fail(ofHistorian(report.error(), opened->historian));
    const double took = seconds(Clock::now() - began);
    if (!options.json) {
        print(std::format("{}: {} samples of {} signals, {}, {}\n", options.output, grouped(report->samples),
                          grouped(report->channels), formatDuration(report->span.length()), sized(report->bytes)));
        return ExitStatus::Success;
    }
    JsonWriter json;
    json.beginObject()
        .field("plant", opened->plant.id)
        .field("url", historian::describe(opened->historian.access))
        .field("output", options.output)
        .field("samples", report->samples)
        .field("channels", report->channels)
        .field("from", formatTime(report->span.from))
        .field("to", formatTime(report->span.to))
        .field("bytes", report->bytes)
        .field("wallSeconds", took)
        .field("samplesPerSecond", took > 0 ? static_cast<double>(report->samples) / took : 0.0)
        .endObject();
    print(json.text());
    return ExitStatus::Success;
}

// --- trend

void number(JsonWriter& json, std::string_view key, double value) {
    json.key(key);
    if (std::isnan(value))
        json.null();
    else
        json.value(value);
}

std::string asJson(const history::Trend& trend, const Options& options, const Opened& opened, double took) {
    JsonWriter json;
    json.beginObject()
        .field("plant", opened.plant.id)
        .field("signal", options.signal)
        .field("from", formatTime(trend.interval.from))
        .field("to", formatTime(trend.interval.to))
        .field("wallSeconds", took);
    number(json, "before", trend.before);
    json.key("columns").beginArray();
    for (const history::TrendColumn& column : trend.columns) {
        json.beginObject().field("samples", column.samples);
        number(json, "minimum", column.minimum);
        number(json, "maximum", column.maximum);
        number(json, "mean", column.mean);
        number(json, "first", column.first);
        number(json, "last", column.last);
        json.endObject();
    }
    return json.endArray().endObject().text();
}

std::string asCsv(const history::Trend& trend) {
    std::string text = "from,samples,minimum,maximum,mean,first,last\n";
    const double length = seconds(trend.interval.length()) / static_cast<double>(trend.columns.size());
    const auto field = [](double value) { return std::isnan(value) ? std::string{} : std::format("{}", value); };
    for (std::size_t i = 0; i < trend.columns.size(); ++i) {
        const history::TrendColumn& c = trend.columns[i];
        text += std::format("{},{},{},{},{},{},{}\n",
                            formatTime(trend.interval.from + durationFromSeconds(length * static_cast<double>(i))), c.samples,
                            field(c.minimum), field(c.maximum), field(c.mean), field(c.first), field(c.last));
    }
    return text;
}

ExitStatus trend(const Options& options) {
    const auto opened = open(options);
    if (!opened) return fail(opened.error());
    const auto found = std::ranges::find(opened->plant.signals, options.signal, &plant::Signal::path);
    if (found == opened->plant.signals.end())
        return fail(Error{ErrorCode::NotFound, std::format("has no signal '{}'", options.signal), options.plant});
    const auto signal = static_cast<SignalIndex>(found - opened->plant.signals.begin());
    auto reader = historian::Reader::connect(opened->historian, twin::subscriptions(opened->plant));
    if (!reader) return fail(ofHistorian(reader.error(), opened->historian));
    const auto span = reader->span(signal);
    if (!span) return fail(ofHistorian(span.error(), opened->historian));
    const auto from = parseMoment(options.from, *span), to = parseMoment(options.to, *span);
    if (!from) return fail(from.error());
    if (!to) return fail(to.error());
    if (*from > *to) return fail(Error{ErrorCode::Invalid, "is not before --to", "--from"});
    const Clock::time_point began = Clock::now();
    const auto made = reader->trend(signal, {*from, *to}, options.columns);
    if (!made) return fail(ofHistorian(made.error(), opened->historian));
    const double took = seconds(Clock::now() - began);
    print(options.json ? asJson(*made, options, *opened, took) : asCsv(*made));
    return ExitStatus::Success;
}

// --- the commands

std::shared_ptr<Options> addCommon(CLI::App& command) {
    auto options = std::make_shared<Options>();
    command.add_option("PLANT", options->plant, "A plant's folder, with [historian] in its plant.toml")->required();
    command.add_flag("--json", options->json, "Answer as JSON");
    return options;
}

void addStretch(CLI::App& command, Options& options) {
    command.add_option("--from", options.from, "First moment: a time, +DURATION after the first sample, -DURATION before the last")
        ->capture_default_str();
    command.add_option("--to", options.to, "Last moment, likewise")->capture_default_str();
}

void addImportAndExport(CLI::App& command, Run& run) {
    CLI::App* import_ = command.add_subcommand("import", "Write logs to the historian; what is there already is left as it is");
    import_->footer("Example: millwright historian import my-plant yesterday.mcap");
    auto imported = addCommon(*import_);
    import_->add_option("LOG", imported->logs, "Logs of the plant")->required();
    import_->callback([&run, imported] { run = [imported] { return import(*imported); }; });

    CLI::App* export_ = command.add_subcommand("export", "Write a log of a stretch of time, to replay, check or study");
    export_->footer("Example: millwright historian export my-plant -o may.mcap --from 2026-05-01 --to 2026-05-31T23:59:59\n"
                    "Both ends are included.");
    auto exported = addCommon(*export_);
    export_->add_option("-o,--output", exported->output, "The log to write")->required();
    export_->add_flag("--force", exported->force, "Write over a file that exists");
    addStretch(*export_, *exported);
    exported->format.add(*export_);
    export_->callback([&run, exported] { run = [exported] { return exportTo(*exported); }; });
}

} // namespace

void addHistorian(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand("historian", "Work with the database that keeps a plant's samples for years");
    command->footer("Example: millwright historian info my-plant");
    command->require_subcommand(1);

    CLI::App* info_ = command->add_subcommand("info", "Say what is there: server, tables, signals, time, size");
    info_->footer("Example: millwright historian info my-plant --json");
    auto looked = addCommon(*info_);
    info_->callback([&run, looked] { run = [looked] { return info(*looked); }; });

    addImportAndExport(*command, run);

    CLI::App* trend_ = command->add_subcommand("trend", "Minimum, maximum and mean of a signal over time, as CSV");
    trend_->footer("Example: millwright historian trend my-plant hall/press-1/force --from -8h --columns 1000");
    auto trended = addCommon(*trend_);
    trend_->add_option("SIGNAL", trended->signal, "Path of the signal")->required();
    addStretch(*trend_, *trended);
    trend_->add_option("--columns", trended->columns, "Into how many parts the time is divided")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    trend_->callback([&run, trended] { run = [trended] { return trend(*trended); }; });
}

} // namespace millwright::app
