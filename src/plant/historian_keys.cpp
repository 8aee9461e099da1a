#include "plant/keys.hpp"

namespace millwright::plant {
namespace {

using enum ValueKind;

constexpr Key historianKeyList[] = {
    {.name = "url",
     .kind = Text,
     .description = "the database, postgresql://HOST[:5432]/DATABASE, without user or password; %2F in HOST begins the folder of a "
                    "socket",
     .required = true},
    {.name = "schema", .kind = Text, .description = "where in it the tables are; made on first use", .fallback = "\"millwright\""},
    {.name = "batch_size",
     .kind = Integer,
     .description = "samples that are written at once, at most",
     .fallback = "50000",
     .minimum = 1,
     .maximum = 1'000'000},
    {.name = "batch_interval",
     .kind = Duration,
     .description = "how long samples wait to be written together; reading is faster where it is longer",
     .fallback = "\"1s\"",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "retention",
     .kind = Duration,
     .description = "samples older than this are deleted, such as \"365d\"; without it, none",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "user_env", .kind = Text, .description = "name of the environment variable that holds the user"},
    {.name = "password_env", .kind = Text, .description = "name of the environment variable that holds the password"},
    {.name = "password_file", .kind = Text, .description = "file whose first line is the password, relative to the plant folder"},
    {.name = "ca",
     .kind = Text,
     .description = "PEM file with the authorities to trust, relative to the plant folder; without it, those of the machine"},
    {.name = "certificate", .kind = Text, .description = "PEM file with this client's certificate, relative to the plant folder"},
    {.name = "key", .kind = Text, .description = "PEM file with this client's private key, relative to the plant folder"},
    {.name = "verify",
     .kind = Boolean,
     .description = "whether the server's certificate must be valid and its host's; false lets anyone pose as it",
     .fallback = "true"},
};

} // namespace

constinit const TableKeys historianKeys{"historian", "The database that keeps samples for years.", historianKeyList};

} // namespace millwright::plant
