using FluentAssertions;
using Marketplace.Inference;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Marketplace.ScenarioTests.Inference;

public sealed class EngineProbeTests : IDisposable
{
    // A test's first answer comes from code that is not compiled yet, on a machine that does much else: the real
    // patience would measure that.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const string Models = """{"object":"list","data":[{"id":"m","object":"model"}]}""";

    private readonly HttpClient http = new() { Timeout = Timeout.InfiniteTimeSpan };

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task Each_server_is_found_and_named_by_what_only_it_answers()
    {
        await using var vllm = await ServerAsync(("/v1/models", Models), ("/version", """{"version":"0.9.1"}"""));
        await using var llama = await ServerAsync(
            ("/v1/models", Models),
            ("/props", """{"default_generation_settings":{"n_ctx":8192},"build_info":"b4567-a1b2c3d4"}"""));
        await using var ollama = await ServerAsync(
            ("/v1/models", Models), ("/api/version", """{"version":"0.30.5"}"""));

        var found = await FindAsync(vllm.BaseUri, llama.BaseUri, ollama.BaseUri);

        found.Should().Equal(
            new FoundEngine(vllm.BaseUri, "vllm-0.9.1", 4_096),
            new FoundEngine(llama.BaseUri, "llama.cpp-b4567-a1b2c3d4", 8_192),
            new FoundEngine(ollama.BaseUri, "ollama-0.30.5", 4_096));
    }

    [Fact]
    public async Task The_found_engine_sells_under_a_class_of_server_version_and_model()
    {
        await using var llama = await ServerAsync(
            ("/v1/models", Models),
            ("/props", """{"default_generation_settings":{"n_ctx":8192},"build_info":"b4567"}"""));
        var found = await FindAsync(llama.BaseUri);

        var models = await found.Single().Open(http, TimeProvider.System).ListModelsAsync(CancellationToken.None);

        models.Should().Equal(new EngineModel("m", "llama.cpp-b4567/m", 8_192));
    }

    [Theory]
    [InlineData("", "openai")]
    [InlineData("<html>", "openai")]
    [InlineData("""{"version":7}""", "openai")]
    [InlineData("""{"version":"1.0/../x y\n"}""", "vllm-1.0_.._x_y_")]
    public async Task What_a_server_says_of_itself_cannot_break_the_class(string version, string server)
    {
        await using var engine = await ServerAsync(("/v1/models", Models), ("/version", version));

        (await FindAsync(engine.BaseUri)).Single().Server.Should().Be(server);
    }

    [Fact]
    public async Task What_is_no_engine_or_has_no_model_is_not_found()
    {
        await using var page = await FakeEngine.SayingAsync(200, "<html>It works!</html>");
        await using var refusing = await FakeEngine.SayingAsync(401, "{}");
        await using var empty = await ServerAsync(("/v1/models", """{"object":"list","data":null}"""));

        (await FindAsync(page.BaseUri, refusing.BaseUri, empty.BaseUri)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_silent_server_is_given_up_and_the_others_are_found()
    {
        await using var silent = await FakeEngine.StartAsync(FakeEngine.HangAsync);
        await using var vllm = await ServerAsync(("/v1/models", Models), ("/version", """{"version":"0.9.1"}"""));

        (await FindAsync(silent.BaseUri, vllm.BaseUri)).Single().BaseUri.Should().Be(vllm.BaseUri);
    }

    [Fact]
    public async Task Nobody_at_home_is_learnt_at_once()
    {
        var engine = await FakeEngine.SayingAsync(200, "");
        var gone = engine.BaseUri;
        await engine.DisposeAsync();

        // The bound is the patience with a silent server; a refused connection has to be seen without it.
        using var never = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var found = await EngineProbe.FindAsync(http, [gone], Patience, new StoppedTime(), never.Token);

        found.Should().BeEmpty();
    }

    [Fact]
    public async Task Cancelling_the_search_is_not_an_empty_result()
    {
        await using var silent = await FakeEngine.StartAsync(FakeEngine.HangAsync);
        using var stop = new CancellationTokenSource();
        var find = EngineProbe.FindAsync(http, [silent.BaseUri], Patience, TimeProvider.System, stop.Token);

        await stop.CancelAsync();

        await find.Invoking(async task => await task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public void The_usual_places_are_those_of_vllm_llama_server_and_ollama()
    {
        EngineProbe.UsualPlaces.Select(place => place.Port).Should().Equal(8000, 8080, 11434);
        EngineProbe.UsualPlaces.Should().OnlyContain(place => place.IsLoopback);
    }

    private Task<IReadOnlyList<FoundEngine>> FindAsync(params Uri[] places) =>
        EngineProbe.FindAsync(http, places, Patience, TimeProvider.System, CancellationToken.None);

    private static Task<FakeEngine> ServerAsync(params (string Path, string Body)[] answers) =>
        FakeEngine.StartAsync(async http =>
        {
            var body = answers.FirstOrDefault(answer => answer.Path == http.Request.Path).Body;
            http.Response.StatusCode = body is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
            await FakeEngine.WriteAsync(http, body ?? """{"detail":"Not Found"}""");
        });

    /// <summary>No timer of this clock ever ends.</summary>
    private sealed class StoppedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
