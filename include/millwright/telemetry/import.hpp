#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>
#include <millwright/telemetry/log_writer.hpp>
#include <millwright/telemetry/sample.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// Reading files of text as samples: CSV, JSON, MTConnect SHDR lines and documents, captures of Sparkplug messages. What is not
/// said in a mapping file is guessed; docs/log-format.md says how.
namespace millwright::telemetry {

enum class TextFormat : std::uint8_t { Csv, Shdr, Json, Mtconnect, Sparkplug };
/// `csv`, `shdr`, `json`, `mtconnect`, `sparkplug`, as mapping files have it.
[[nodiscard]] std::string_view name(TextFormat format);

/// How one column (CSV), key (SHDR), member (JSON) or topic becomes a signal. What is empty is guessed.
struct ColumnMapping {
    std::string topic;
    std::string unit; ///< UCUM, of the values after scale and offset
    std::optional<ValueType> type;
    double scale = 1; ///< value = scale * text + offset
    double offset = 0;
    std::vector<std::string> bad;           ///< texts that say "not available": the sample is of Bad quality
    std::optional<double> minimum, maximum; ///< values outside are of Uncertain quality
    std::vector<std::string> fields; ///< SHDR keys with several blank-separated values: the name of each, a topic below `topic`
    std::string quality;             ///< CSV, JSON: the column or member that says `good`, `uncertain`, `bad` or `stale`
    bool ignore = false;
};

/// A mapping file, read. The defaults are what a file without a mapping gets.
struct Mapping {
    std::string file; ///< where it was read from; empty: nowhere
    std::optional<TextFormat> format;
    char separator = 0;             ///< 0: guessed among , ; tab |
    std::optional<bool> header;     ///< guessed: the first line holds no number
    std::string encoding = "utf-8"; ///< or cp949, latin1 and whatever else iconv knows
    char decimal = '.';
    std::uint64_t skipLines = 0;                                                     ///< before the header
    std::string prefix;                                                              ///< put before every topic, with a slash
    bool importOthers = true;                                                        ///< columns without a mapping of their own
    std::vector<std::string> missing{"", "NaN", "nan", "NA", "N/A", "null", "NULL"}; ///< texts that give no sample
    std::vector<std::string> bad{"UNAVAILABLE"};
    bool literalQuotes = false; ///< CSV: what is in quotes is a text as it stands, never missing or bad

    std::string timeColumn;                      ///< name or number from 1; guessed when empty
    std::string timeFormat;                      ///< iso, s, ms, us, ns, received, or a pattern of %Y %m %d %H %M %S; guessed when empty
    std::optional<Time> timeStart;               ///< numbers count from here instead of 1970
    Duration timeZone{};                         ///< of texts that name no zone: what to subtract to get UTC
    std::optional<Time> from;                    ///< rows dated before are stale: they tell the state at this moment
    Duration staleAfter = std::chrono::hours{6}; ///< without `from`: a gap this long among a file's first rows ends the stale ones

    std::vector<std::string> topicColumns;        ///< long form: the columns whose texts, joined by slashes, are the topic
    std::string valueColumn;                      ///< long form
    std::string qualityColumn;                    ///< long form; may be empty
    std::map<std::string, ColumnMapping> columns; ///< by header text, number from 1, SHDR key, JSON member, or topic (other forms)
    std::map<std::string, ValueType> types; ///< by topic: of signals that are known already, so that it is not guessed; `columns` comes first
    std::optional<Time> received; ///< of a feed: when the text came, which dates CSV and JSON where nothing can be told to be the time
    std::vector<std::filesystem::path> devices;   ///< files with the MTConnect agent's devices (probe): names, types, units
};

/// Reads a mapping file. Errors: NotFound, Unreadable; Malformed and Invalid with file:line:column, and a suggestion for misspelt
/// keys.
[[nodiscard]] Result<Mapping> loadMapping(const std::filesystem::path& path);
/// The same from text; `name` is used in messages.
[[nodiscard]] Result<Mapping> parseMapping(std::string_view text, const std::string& name);

/// Where a file's own mapping is looked for: `NAME.mapping.toml`, beside it.
[[nodiscard]] std::filesystem::path mappingBeside(const std::filesystem::path& path);
/// That mapping, or the defaults where there is none. Errors: as `loadMapping`.
[[nodiscard]] Result<Mapping> mappingFor(const std::filesystem::path& path);

/// What an import found, to be shown to the user: nothing is left out in silence.
struct ImportReport {
    std::string file;
    std::string mapping; ///< the mapping file that was followed; empty: none
    TextFormat format = TextFormat::Csv;
    std::string timeColumn;   ///< CSV, JSON: the column the times were taken from, by header text or number, or the member
    std::string timeFormat;   ///< CSV, JSON: as `Mapping::timeFormat`
    bool timeGuessed = false; ///< no mapping names it
    std::uint64_t rows = 0;
    std::uint64_t samples = 0;
    std::uint64_t backward = 0;     ///< rows dated before the row above them
    std::uint64_t stale = 0;        ///< rows that tell a state from before the recording
    std::uint64_t empty = 0;        ///< cells without a value
    std::uint64_t unparsable = 0;   ///< rows and cells that could not be read
    std::uint64_t passedOver = 0;   ///< columns, and rows of other kinds (SHDR assets and protocol lines), not imported by rule
    std::vector<Error> problems;    ///< the first of the unparsable ones, file:line:column
    std::vector<std::string> notes; ///< what else is to be known of it, a line each
};

/// A file as samples, in the order of the file.
struct Import {
    std::vector<LogChannel> channels;
    std::vector<Sample> samples; ///< `SignalIndex` i is channel i
    StringTable strings;
    ImportReport report;
};

struct ImportLimits {
    std::size_t samples = 64u << 20;
};

/// Guesses the format from the first lines unless the mapping says. Errors: NotFound, Unreadable; Unsupported when the file looks
/// like something else (XML, columns between blanks …), named in the message; Malformed when no row can be read, with the
/// first problem; Invalid when the mapping does not fit the file; ResourceLimit; Cancelled.
[[nodiscard]] Result<Import> importText(const std::filesystem::path& path, const Mapping& mapping = {},
                                        const ImportLimits& limits = {}, const Progress& progress = {});
/// The same over text in memory.
[[nodiscard]] Result<Import> importText(std::string_view text, const std::string& name, const Mapping& mapping = {},
                                        const ImportLimits& limits = {}, const Progress& progress = {});

/// Whether a file describes the devices of an MTConnect agent (probe), and holds nothing that happened.
[[nodiscard]] bool describesDevices(const std::filesystem::path& path);

} // namespace millwright::telemetry
