#include "historian/layout.hpp"

#include <millwright/core/hash.hpp>

#include <array>
#include <format>

namespace millwright::historian {
namespace {

constexpr std::array<std::string_view, 4> typeNames{"float", "integer", "boolean", "string"}; // as ValueType counts

std::string name(const std::string& schema, std::string_view table) {
    return std::format("\"{}\".{}", schema, table);
}

std::string createTables(const Tables& t) {
    return std::format(R"(
create table {0} (version integer not null);
insert into {0} values ({4});
create table {1} (
    id integer generated always as identity primary key,
    plant text not null,
    topic text not null,
    type text not null check (type in ('float', 'integer', 'boolean', 'string')),
    unit text not null,
    unique (plant, topic));
create table {2} (
    time bigint not null,
    number double precision,
    whole bigint,
    signal integer not null,
    ordinal smallint not null,
    quality smallint not null,
    text text,
    primary key (signal, time, ordinal));
create table {5} (plant text primary key, writer text not null);
comment on table {5} is 'the program that wrote the samples of a plant last while they were recorded';
comment on column {1}.unit is 'UCUM code; empty when unknown';
comment on column {1}.topic is 'as in the log; late/TOPIC: samples that came too late to be applied';
comment on column {2}.time is 'source time, nanoseconds since 1970-01-01 UTC';
comment on column {2}.ordinal is 'among the samples of its signal at this time, in order of arrival';
comment on column {2}.quality is '0 good, 1 uncertain, 2 bad, 3 stale';
comment on column {2}.number is 'of a float';
comment on column {2}.whole is 'of an integer; 0 or 1 of a boolean; the bits of a NaN that is not the usual one';
comment on column {2}.text is 'of a string';
create view {3} as
    select s.plant, s.topic, s.unit, timestamptz 'epoch' + p.time / 1000 * interval '1 microsecond' as at,
           coalesce(p.number, p.whole::double precision) as value, p.text,
           (array['good', 'uncertain', 'bad', 'stale'])[p.quality + 1] as quality, p.time, p.signal, p.ordinal
    from {2} p join {1} s on s.id = p.signal;
)",
                       t.version, t.signals, t.samples, t.readings, layoutVersion, t.writers);
}

/// A day of samples lies together, and goes together when it is too old.
std::string makeHypertable(const Tables& t) {
    return std::format(
        "select create_hypertable({}::regclass, by_range('time', 86400000000000::bigint), create_default_indexes => false)",
        literal(t.samples));
}

Result<bool> yes(Database& database, const std::string& question) {
    const auto answer = database.query(question);
    if (!answer) return std::unexpected(answer.error());
    return !answer->empty() && answer->front()[0] == "t";
}

Result<void> create(Database& database, const Options& options, const Tables& tables, bool timescale) {
    if (auto begun = database.begin(); !begun) return begun;
    const auto step = [&]() -> Result<void> {
        // Two that come first at once make them one after the other; the second finds them.
        const auto locked = database.query(std::format("select pg_advisory_xact_lock({})", lockKey(options, "tables")));
        if (!locked) return std::unexpected(locked.error());
        const auto there = yes(database, std::format("select to_regclass({}) is not null", literal(tables.version)));
        if (!there) return std::unexpected(there.error());
        if (*there) return {};
        const auto schema =
            yes(database, std::format("select exists (select from pg_namespace where nspname = {})", tables.schemaText));
        if (!schema) return std::unexpected(schema.error());
        if (!*schema)
            if (auto made = database.run("create schema " + tables.schema); !made) return made;
        if (auto made = database.run(createTables(tables)); !made) return made;
        if (timescale) return database.run(makeHypertable(tables));
        return {};
    };
    auto done = step();
    if (!done) {
        database.rollback();
        return done;
    }
    return database.commit();
}

} // namespace

Tables::Tables(const std::string& schemaName)
    : schema{std::format("\"{}\"", schemaName)},
      version{name(schemaName, "version")},
      signals{name(schemaName, "signals")},
      samples{name(schemaName, "samples")},
      readings{name(schemaName, "readings")},
      writers{name(schemaName, "writers")},
      schemaText{literal(schemaName)} {}

std::string lockKey(const Options& options, std::string_view purpose) {
    Hasher hasher;
    for (const std::string_view part : {std::string_view{"millwright"}, std::string_view{options.schema}, purpose})
        hasher.add(part);
    if (purpose != "tables") hasher.add(std::string_view{options.plant});
    return std::to_string(static_cast<std::int64_t>(hasher.finish().low));
}

Result<Info> inspect(Database& database, const Options& options) {
    const Tables tables{options.schema};
    Info info;
    const auto facts =
        database.query("select current_setting('server_version'), (select extversion from pg_extension where extname = "
                       "'timescaledb'), exists (select from pg_available_extensions where name = 'timescaledb')");
    if (!facts) return std::unexpected(facts.error());
    const Fields& said = facts->front();
    info.server = "PostgreSQL " + said[0]->substr(0, said[0]->find(' '));
    info.timescale = said[1].value_or("");
    const auto version = yes(database, std::format("select to_regclass({}) is not null", literal(tables.version)));
    if (!version) return std::unexpected(version.error());
    if (*version) {
        const auto number = database.query("select version from " + tables.version);
        if (!number) return std::unexpected(number.error());
        if (number->empty())
            return failure(ErrorCode::Unsupported,
                           std::format("the table {} is empty: it was not made by Millwright", tables.version));
        info.version = std::stoi(*number->front()[0]);
        if (info.version != layoutVersion)
            return failure(
                ErrorCode::Unsupported,
                std::format("the tables in schema {} are of version {}, and this program knows version {}: use the Millwright that "
                            "made them, or name another 'schema'",
                            options.schema, info.version, layoutVersion));
        if (!info.timescale.empty()) {
            const auto hyper =
                yes(database,
                    std::format("select exists (select from timescaledb_information.hypertables where hypertable_schema = {} and "
                                "hypertable_name = 'samples')",
                                tables.schemaText));
            if (!hyper) return std::unexpected(hyper.error());
            info.hypertable = *hyper;
        }
    }
    if (info.timescale.empty() && said[2] == "t")
        info.note =
            "TimescaleDB is on the server but not in this database: `create extension timescaledb` before the tables are made";
    else if (info.version != 0 && !info.timescale.empty() && !info.hypertable)
        info.note = "the tables were made before TimescaleDB was there, and stay plain ones";
    return info;
}

Result<std::unique_ptr<Database>> openFilled(const Options& options) {
    auto database = Database::connect(options.access);
    if (!database) return database;
    const auto info = inspect(**database, options);
    if (!info) return std::unexpected(info.error());
    if (info->version == 0)
        return failure(
            ErrorCode::NotFound,
            std::format("has no tables of Millwright in schema {}: `millwright record` or `millwright historian import` makes them",
                        options.schema),
            describe(options.access));
    return database;
}

Result<Info> prepare(Database& database, const Options& options) {
    auto info = inspect(database, options);
    if (!info || info->version != 0) return info;
    if (auto made = create(database, options, Tables{options.schema}, !info->timescale.empty()); !made)
        return std::unexpected(made.error());
    return inspect(database, options);
}

Result<std::vector<KeptSignal>> signalsOf(Database& database, const Options& options) {
    const auto found = database.query(
        std::format("select id, topic, type, unit from {} where plant = $1 order by id", Tables{options.schema}.signals),
        {options.plant});
    if (!found) return std::unexpected(found.error());
    std::vector<KeptSignal> kept;
    for (const Fields& row : *found) {
        const auto type = std::ranges::find(typeNames, std::string_view{*row[2]}) - typeNames.begin();
        kept.push_back({std::stoi(*row[0]), *row[1], static_cast<ValueType>(type), *row[3]});
    }
    return kept;
}

telemetry::Sample sampleOf(const Row& row, SignalIndex signal, ValueType type, StringTable& strings) {
    Value value = row.value;
    if (type == ValueType::String) value = Value::of(strings.add(row.text));
    if (type == ValueType::Boolean) value = Value::of(row.value.integer != 0);
    return {.time = timeFromNanoseconds(row.time), .value = value, .signal = signal, .type = type, .quality = row.quality};
}

Result<bool> deleteBefore(Database& database, const Options& options, bool hypertable, Time before) {
    const Tables tables{options.schema};
    const std::string time = std::to_string(nanoseconds(before));
    if (hypertable) {
        auto dropped = database.query(
            std::format("select drop_chunks({}::regclass, older_than => {}::bigint)", literal(tables.samples), time));
        if (!dropped) return std::unexpected(dropped.error());
        return false;
    }
    // The oldest of each signal first, as its key finds them.
    const auto deleted = database.query(std::format("with old as (select s.id, o.time, o.ordinal from {0} s, lateral (select time, "
                                                    "ordinal from {1} where signal = s.id and time < {2} "
                                                    "order by time, ordinal limit 1000) o limit 50000), gone as (delete from {1} p "
                                                    "using old where p.signal = old.id and p.time = "
                                                    "old.time and p.ordinal = old.ordinal returning 1) select count(*) from gone",
                                                    tables.signals, tables.samples, time));
    if (!deleted) return std::unexpected(deleted.error());
    return deleted->front()[0] != "0";
}

} // namespace millwright::historian
