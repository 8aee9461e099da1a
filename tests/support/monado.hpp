#pragma once

#include <millwright/core/result.hpp>

#include <glm/glm.hpp>
#include <glm/gtc/quaternion.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// A headset without a headset: the Monado OpenXR runtime with its remote-control driver, whose head and hands a test scripts.
namespace millwright::testing {

/// A process of our own, ended by its id when it goes out of scope.
class ChildProcess {
public:
    /// `environment` lines `NAME=value` are added to ours (a bare `NAME` removes). Output of both streams goes to `log`.
    [[nodiscard]] static Result<ChildProcess> start(const std::vector<std::string>& command,
                                                    const std::vector<std::string>& environment, const std::filesystem::path& log);
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    ~ChildProcess();

    [[nodiscard]] bool running();
    void signal(int number) const;
    /// Waits up to `seconds`; its exit status, 128 + signal where one ended it, nothing when it still runs.
    [[nodiscard]] std::optional<int> wait(double seconds);
    /// SIGTERM, and SIGKILL where that is ignored for five seconds.
    void stop();

private:
    explicit ChildProcess(int pid) : pid_{pid} {}
    int pid_ = 0;
    std::optional<int> status_;
};

struct RemoteController {
    glm::vec3 position{0};             ///< stage, metres
    glm::quat orientation{1, 0, 0, 0}; ///< of grip and aim
    glm::vec2 thumbstick{0};
    float trigger = 0;
    float squeeze = 0;
    bool active = true;
    bool b = false; ///< the menu button
};

/// What the headset's sensors say. Default: standing at the stage's origin, hands before the body.
struct RemoteState {
    glm::vec3 headPosition{0, 1.6f, 0};
    glm::quat headOrientation{1, 0, 0, 0};
    RemoteController left{{-0.2f, 1.3f, -0.4f}};
    RemoteController right{{0.2f, 1.3f, -0.4f}};
};

/// The wire form: 376 bytes, little endian (drivers/remote of Monado 25).
[[nodiscard]] std::array<std::byte, 376> packet(const RemoteState& state);

enum class MonadoOutput {
    None,   ///< composes nothing: fastest
    Window, ///< composes into a window on $DISPLAY
};

/// A running service with its own folders and TCP port.
class Monado {
public:
    /// Starts the service, waits until it listens, and points this process (XDG_RUNTIME_DIR, XR_RUNTIME_JSON) at it. `environment`
    /// as for ChildProcess. Errors: NotFound when Monado is not installed; Device with the end of its log.
    [[nodiscard]] static Result<std::unique_ptr<Monado>> start(MonadoOutput output, std::vector<std::string> environment = {});
    ~Monado();
    Monado(const Monado&) = delete;
    Monado& operator=(const Monado&) = delete;

    /// The next frames see this state.
    void send(const RemoteState& state);
    /// Ends the service, as if it had crashed.
    void stop();
    /// A folder for the test's files, removed at the end.
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    /// For child processes that are to use this headset.
    [[nodiscard]] std::vector<std::string> clientEnvironment() const;

private:
    Monado(std::filesystem::path folder, ChildProcess service, int connection)
        : folder_{std::move(folder)}, service_{std::move(service)}, connection_{connection} {}
    std::filesystem::path folder_;
    ChildProcess service_;
    int connection_ = -1;
};

/// A virtual X screen, when Xvfb is installed.
class VirtualScreen {
public:
    [[nodiscard]] static Result<std::unique_ptr<VirtualScreen>> start(const std::filesystem::path& folder);
    [[nodiscard]] std::string display() const { return display_; } ///< `:1234`

private:
    VirtualScreen(ChildProcess server, std::string display) : server_{std::move(server)}, display_{std::move(display)} {}
    ChildProcess server_;
    std::string display_;
};

/// A TCP port of the loopback that is free now; a service binds it a moment later.
[[nodiscard]] std::uint16_t freePort();
/// The full path of a program on $PATH, or empty.
[[nodiscard]] std::filesystem::path findProgram(const std::string& name);

} // namespace millwright::testing
