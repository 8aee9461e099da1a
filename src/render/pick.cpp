#include "render/pick.hpp"

#include <bit>
#include <cstring>

namespace millwright::render {

Result<Picker> Picker::create(gpu::Device& device) {
    Picker picker;
    auto pipeline = createPickPipeline(device);
    if (!pipeline) return std::unexpected(pipeline.error());
    picker.pipeline_ = std::move(*pipeline);
    auto image = gpu::Image::create(
        device,
        {.format = pickFormat, .extent = {1, 1}, .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT},
        "pick");
    if (!image) return std::unexpected(image.error());
    picker.image_ = std::move(*image);
    auto depth = gpu::Image::create(
        device, {.format = depthFormat, .extent = {1, 1}, .usage = VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT}, "pick depth");
    if (!depth) return std::unexpected(depth.error());
    picker.depth_ = std::move(*depth);
    for (auto& question : picker.questions_) {
        auto buffer = gpu::Buffer::create(device, 16, gpu::BufferUse::Readback, "pick answer");
        if (!buffer) return std::unexpected(buffer.error());
        question.answer = std::move(*buffer);
    }
    return picker;
}

glm::mat4 Picker::clipThroughPixel(const glm::mat4& clipFromRelative, glm::ivec2 pixel, gpu::Extent extent) {
    const glm::vec2 size{extent.width, extent.height};
    const glm::vec2 centre = (glm::vec2{pixel} + 0.5f) / size * 2.0f - 1.0f;
    glm::mat4 zoom{1};
    zoom[0][0] = size.x;
    zoom[1][1] = size.y;
    zoom[3][0] = -centre.x * size.x;
    zoom[3][1] = -centre.y * size.y;
    return zoom * clipFromRelative;
}

void Picker::record(const Pass& pass, const DrawList& list, const glm::mat4& clipThrough, glm::ivec2 pixel, const View& view,
                    gpu::Extent extent, std::optional<double> groundHeight, const SectionPick* sections) {
    if (sections) sections->count(pass, list, clipThrough);
    gpu::beginLabel(pass.frame, "pick");
    auto barrier = beforeColour(image_.handle());
    barrier.fromStage |= VK_PIPELINE_STAGE_2_COPY_BIT;
    const std::array before{barrier, beforeDepth(depth_.handle())};
    gpu::barriers(pass.commands, before);
    const VkRenderingAttachmentInfo colour{.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
                                           .imageView = image_.view(),
                                           .imageLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL,
                                           .loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR,
                                           .storeOp = VK_ATTACHMENT_STORE_OP_STORE};
    const VkRenderingAttachmentInfo depth{.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
                                          .imageView = depth_.view(),
                                          .imageLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL,
                                          .loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR,
                                          .storeOp = VK_ATTACHMENT_STORE_OP_DONT_CARE};
    const VkRenderingInfo info{.sType = VK_STRUCTURE_TYPE_RENDERING_INFO,
                               .renderArea = {{0, 0}, {1, 1}},
                               .layerCount = 1,
                               .colorAttachmentCount = 1,
                               .pColorAttachments = &colour,
                               .pDepthAttachment = &depth};
    vkCmdBeginRendering(pass.commands, &info);
    pass.setViewport({1, 1});
    pass.setPush(clipThrough);
    pass.bindIndices();
    pass.bind(pipeline_);
    for (const auto* draws : {&list.plain, &list.opaque, &list.clipped, &list.blended}) pass.draw(*draws, true);
    if (sections) sections->draw(pass, list);
    vkCmdEndRendering(pass.commands);

    auto& question = questions_[pass.frame.slot()];
    auto copied = colourToSampled(image_.handle());
    copied.toStage = VK_PIPELINE_STAGE_2_COPY_BIT;
    copied.toAccess = VK_ACCESS_2_TRANSFER_READ_BIT;
    copied.toLayout = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL;
    gpu::barriers(pass.commands, {&copied, 1});
    const VkBufferImageCopy copy{.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1}, .imageExtent = {1, 1, 1}};
    vkCmdCopyImageToBuffer(pass.commands, image_.handle(), VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, question.answer.handle(), 1,
                           &copy);
    gpu::memoryBarrier(pass.commands, {VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT},
                       {VK_PIPELINE_STAGE_2_HOST_BIT, VK_ACCESS_2_HOST_READ_BIT});
    gpu::endLabel(pass.frame);

    const glm::dvec2 ndc = (glm::dvec2{pixel} + 0.5) / glm::dvec2{extent.width, extent.height} * 2.0 - 1.0;
    const auto& p = view.clipFromView;
    const glm::dvec3 inView{(ndc.x + static_cast<double>(p[2][0])) / static_cast<double>(p[0][0]),
                            (ndc.y + static_cast<double>(p[2][1])) / static_cast<double>(p[1][1]), -1};
    question.frame = &pass.frame;
    question.order = ++asked_;
    question.pixel = pixel;
    question.eye = view.eye;
    question.direction = glm::transpose(glm::dmat3{view.viewFromWorldRotation}) * inView;
    question.groundHeight = groundHeight;
}

Pick Picker::answerOf(const Question& question) {
    struct {
        std::uint32_t node;
        glm::vec3 relative;
    } raw{};
    static_assert(sizeof raw == 16);
    question.answer.invalidate();
    std::memcpy(&raw, question.answer.mapped().data(), sizeof raw);
    Pick pick{.pixel = question.pixel};
    if (raw.node != 0) {
        pick.node = raw.node - 1;
        pick.position = question.eye + glm::dvec3{raw.relative};
        pick.hit = true;
    }
    const double down = question.direction.y;
    if (!question.groundHeight || down >= 0) return pick;
    const double t = (*question.groundHeight - question.eye.y) / down;
    const glm::dvec3 onGround = question.eye + question.direction * t;
    if (t > 0 && (!pick.hit || glm::length(onGround - question.eye) < glm::length(pick.position - question.eye))) {
        pick.node = scene::none;
        pick.position = onGround;
        pick.hit = true;
    }
    return pick;
}

std::optional<Pick> Picker::take(const gpu::Device& device) {
    Question* newest = nullptr;
    for (auto& question : questions_) {
        if (!question.frame || !device.finished(question.frame->timelineValue())) continue;
        if (!newest || question.order > newest->order) newest = &question;
    }
    if (!newest) return std::nullopt;
    const auto pick = answerOf(*newest);
    for (auto& question : questions_) {
        if (question.order <= newest->order) question.frame = nullptr;
    }
    return pick;
}

} // namespace millwright::render
