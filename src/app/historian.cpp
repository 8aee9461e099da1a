#include <millwright/core/log.hpp>
#include <millwright/plant/historian.hpp>

#include <app/credentials.hpp>
#include <app/historian.hpp>

namespace millwright::app {

std::expected<std::optional<historian::Options>, std::vector<Error>> historianOf(const plant::Plant& plant,
                                                                                 const std::filesystem::path& path) {
    const auto described = plant::loadHistorian(path);
    if (!described) return std::unexpected(described.error());
    if (!*described) return std::nullopt;
    const plant::Historian& from = **described;
    auto credentials = readCredentials({from.userVariable, from.passwordVariable, from.passwordFile}, "historian");
    if (!credentials) return std::unexpected(std::vector{credentials.error()});
    if (!from.verify) log::warning("historian: verify = false, so anyone can pose as the server");
    return historian::Options{.access = {.host = from.host,
                                         .port = from.port,
                                         .database = from.database,
                                         .user = std::move(credentials->user),
                                         .password = std::move(credentials->password),
                                         .ca = from.ca,
                                         .certificate = from.certificate,
                                         .key = from.key,
                                         .verify = from.verify},
                              .plant = plant.id,
                              .schema = from.schema,
                              .batchSize = from.batchSize,
                              .batchInterval = from.batchInterval,
                              .retention = from.retention};
}

std::unique_ptr<historian::Writer> writeToHistorian(historian::Options options, const telemetry::Recorder& recorder) {
    return std::make_unique<historian::Writer>(std::move(options), [&recorder] { return recorder.status(); });
}

bool finishHistorian(historian::Writer* writer) {
    if (writer == nullptr) return true;
    const historian::WriterStatus status = writer->finish();
    if (status.behind == 0 || status.health == historian::Health::Standby) return true;
    log::error("historian: {} samples are not written{}{}: bring them in with `millwright historian import`, from the recording",
               status.behind, status.problem.empty() ? "" : ": ", status.problem);
    return false;
}

} // namespace millwright::app
