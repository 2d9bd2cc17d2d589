using FluentAssertions;
using Marketplace.Inference;
using Xunit;

namespace Marketplace.ScenarioTests.Inference;

public sealed class OpenAiModelListTests : IDisposable
{
    private readonly HttpClient http = new() { Timeout = Timeout.InfiniteTimeSpan };

    public void Dispose() => http.Dispose();

    [Theory]
    [InlineData("""{"data":[{"id":"a","max_model_len":8192},{"id":"b"}]}""", "openai/a 8192, openai/b 4096")]
    [InlineData("""{"object":"list","data":null}""", "")]
    [InlineData("""{"data":[{"id":""},{"id":5},"c",{"id":"d","max_model_len":-1}]}""", "openai/d 4096")]
    [InlineData("[]", "")]
    public async Task The_models_are_those_that_the_server_lists(string body, string expected)
    {
        await using var server = await FakeEngine.SayingAsync(200, body);
        var engine = new OpenAiEngine(http, new Uri(server.BaseUri, "/v1/"), TimeProvider.System);

        var models = await engine.ListModelsAsync(CancellationToken.None);

        string.Join(", ", models.Select(model => $"{model.DeterminismClass} {model.ContextTokens}"))
            .Should().Be(expected);
    }

    [Theory]
    [InlineData(200, "<html>")]
    [InlineData(500, "{}")]
    public async Task A_list_that_cannot_be_read_is_a_fault(int status, string body)
    {
        await using var server = await FakeEngine.SayingAsync(status, body);
        var engine = new OpenAiEngine(http, server.BaseUri, TimeProvider.System);
        var list = () => engine.ListModelsAsync(CancellationToken.None);

        await list.Should().ThrowAsync<EngineFaultException>();
    }
}
