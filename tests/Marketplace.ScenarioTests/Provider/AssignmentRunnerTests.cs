using System.Text.Json;
using Dapper;
using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Inference;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Marketplace.Provider;
using Marketplace.ScenarioTests.Settlement;
using Marketplace.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Marketplace.ScenarioTests.Provider;

public sealed class AssignmentRunnerTests : IAsyncLifetime
{
    private static readonly Eip712Domain Domain =
        EscrowDomain.Of(31_337, EthAddress.Parse("0x00000000000000000000000000000000000000e5"));
    private static readonly PrivateKey Key = PrivateKey.FromBytes(Keccak256.Hash("provider").ToBytes());
    private readonly string folder = Directory.CreateTempSubdirectory("provider").FullName;
    private readonly FakeEngine engine = new();
    private readonly List<Frame> sent = [];
    private Database database = null!;
    private int randomCount;

    public Task InitializeAsync()
    {
        database = Database.Open(Path.Combine(folder, "provider.db"), MigrationSet.Provider);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_assignment_is_answered_with_a_commit_that_its_stored_result_opens()
    {
        var answer = await RunAsync(Offer("one"));

        var stored = (await Journal.FindAsync(IdOf("one"), CancellationToken.None))!;
        var (commit, result) = (stored.Commit.Commit, stored.Reveal.Result);
        answer.Should().BeEquivalentTo(stored.Commit);
        result.Opens(commit, Domain, Key.Address).Should().BeTrue();
        SignerOf(commit.Digest(Domain), stored.Commit.Signature).Should().Be(Key.Address);
        SignerOf(result.Digest(Domain), stored.Reveal.Signature).Should().Be(Key.Address);
        Keccak256.Hash(stored.Reveal.Canonical).Should().Be(result.ResultDigest);
        CanonicalText.Decode(stored.Reveal.Canonical).Text.Should().Be("Four.");
        result.Should().BeEquivalentTo(
            new { TokensIn = 40u, TokensOut = 3u, Price = new UnitPrice(200), Offer("one").InputHash });
    }

    [Fact]
    public async Task The_same_assignment_is_answered_with_the_same_bytes_for_ever()
    {
        var first = await RunAsync(Offer("one"));
        engine.Text = "Five.";

        var again = await RunAsync(Offer("one"));
        var dearer = await RunAsync(Offer("one") with { Price = new UnitPrice(999) });
        var cheaper = await RunAsync(Offer("one") with { Price = new UnitPrice(1) });
        var another = await RunAsync(Offer("one") with { Request = [1], InputHash = default });
        await RestartAsync();
        var afterRestart = await RunAsync(Offer("one"));

        new[] { again, dearer, cheaper, another, afterRestart }.Select(TextOf).Distinct().Should().Equal(TextOf(first));
        engine.Runs.Should().Be(1);
    }

    [Fact]
    public async Task Twice_at_once_is_answered_with_one_signature()
    {
        engine.Gate = new TaskCompletionSource();
        var one = RunAsync(Offer("one"));
        var two = RunAsync(Offer("one"));
        engine.Runs.Should().Be(2, "neither knows of the other");

        engine.Gate.SetResult();
        var answers = await Task.WhenAll(one, two);

        TextOf(answers[0]).Should().Be(TextOf(answers[1])).And.Contain("\"type\":\"commit\"");
        randomCount.Should().BeGreaterThan(1, "the two would have differed by their salts");
    }

    [Fact]
    public async Task Two_assignments_of_one_request_share_no_salt()
    {
        await RunAsync(Offer("one"));
        await RunAsync(Offer("two"));

        var salts = new List<Hash32>();
        foreach (var name in new[] { "one", "two" })
        {
            salts.Add((await Journal.FindAsync(IdOf(name), CancellationToken.None))!.Reveal.Result.Salt);
        }

        salts.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task What_cannot_be_stored_is_not_sent()
    {
        await database.WriteAsync(
            (connection, transaction) => connection.ExecuteAsync(
                "CREATE TRIGGER full BEFORE INSERT ON assignment BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
                transaction: transaction),
            CancellationToken.None);

        var run = () => RunAsync(Offer("one"));

        await run.Should().ThrowAsync<Exception>().WithMessage("*disk is full*");
    }

    [Fact]
    public async Task A_price_below_the_ask_is_refused_and_the_ask_itself_is_not()
    {
        (await RunAsync(Offer("low") with { Price = new UnitPrice(199) })).Should().Match<AssignmentFailed>(
            failed => failed.Code == "price" && !failed.IsRequestsFault);
        (await RunAsync(Offer("even"))).Should().BeOfType<CommitFrame>();
        engine.Runs.Should().Be(1);
    }

    [Fact]
    public async Task Bytes_of_another_hash_are_not_run()
    {
        (await RunAsync(Offer("one") with { InputHash = default })).Should().Match<AssignmentFailed>(
            failed => failed.Code == "bad_input" && !failed.IsRequestsFault);
        engine.Runs.Should().Be(0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"model":"m"}""")]
    [InlineData("""{"max_tokens":5,"messages":[null],"stop":[],REST}""")]
    [InlineData("""{"max_tokens":5,"messages":[{"content":"a","role":"user"}],"stop":[""],REST}""")]
    public async Task A_request_that_is_none_is_the_requests_fault_and_no_fault_of_the_agent(string text)
    {
        const string Rest = """ "model":"m","seed":1,"temperature_milli":0,"top_p_milli":0""";
        var bytes = System.Text.Encoding.UTF8.GetBytes(text.Replace("REST", Rest, StringComparison.Ordinal));

        var answer = await RunAsync(Offer("one") with { Request = bytes, InputHash = JobRequest.HashOf(bytes) });

        answer.Should().Match<AssignmentFailed>(failed => failed.Code == "bad_input" && failed.IsRequestsFault);
        engine.Runs.Should().Be(0);
    }

    [Fact]
    public async Task A_request_that_the_engine_rejects_is_the_requests_fault()
    {
        engine.Rejection = InferenceRejection.PromptTooLong;

        (await RunAsync(Offer("one"))).Should().Match<AssignmentFailed>(
            failed => failed.Code == "invalid_request" && failed.IsRequestsFault && failed.Message.Contains("shorten"));
    }

    [Fact]
    public async Task An_engine_that_fails_signs_nothing_and_may_be_asked_again()
    {
        engine.Fault = new EngineFaultException("The server is down.");
        (await RunAsync(Offer("one"))).Should().Match<AssignmentFailed>(
            failed => failed.Code == "engine" && !failed.IsRequestsFault);
        (await Journal.FindAsync(IdOf("one"), CancellationToken.None)).Should().BeNull();

        engine.Fault = null;

        (await RunAsync(Offer("one"))).Should().BeOfType<CommitFrame>();
    }

    [Theory]
    [InlineData(0, "Four.")]
    [InlineData(1_000, "Four. (or so)")]
    public async Task The_corrupt_switch_changes_the_answer_and_signs_it_all_the_same(int perMille, string expected)
    {
        var commit = (CommitFrame)await RunAsync(Offer("one"), perMille);

        var reveal = (await Journal.FindAsync(IdOf("one"), CancellationToken.None))!.Reveal;
        CanonicalText.Decode(reveal.Canonical).Text.Should().Be(expected);
        reveal.Result.Opens(commit.Commit, Domain, Key.Address).Should().BeTrue();
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 0)]
    public async Task Pieces_are_sent_in_order_when_they_are_wanted(bool isStreamed, int expected)
    {
        await RunAsync(Offer("one") with { IsStreamed = isStreamed });

        sent.Should().HaveCount(expected);
        sent.Cast<TextDelta>().Select((delta, index) => delta.Index == index).Should().NotContain(false);
        string.Concat(sent.Cast<TextDelta>().Select(delta => delta.Text)).Should().Be(isStreamed ? "Four." : "");
    }

    [Fact]
    public async Task The_journal_adds_up_what_was_earned()
    {
        (string, string, long)[] ends = [("a", "accepted", 5), ("b", "accepted", 7), ("c", "outvoted", 0)];
        foreach (var (name, outcome, amount) in ends)
        {
            await RunAsync(Offer(name));
            await Journal.CloseAsync(
                new AssignmentClosed(IdOf(name), outcome, new TokenAmount(amount)), CancellationToken.None);
        }

        (await Journal.EarningsAsync(CancellationToken.None)).Should().BeEquivalentTo(
            [("accepted", 2L, 12L), ("outvoted", 1L, 0L)]);
    }

    private ProviderJournal Journal => new(database);

    private static AssignmentId IdOf(string name) => new(Keccak256.Hash(name));

    private static string TextOf(Frame frame) => JsonSerializer.Serialize(frame);

    private static EthAddress? SignerOf(Hash32 digest, byte[] signature) =>
        EthSignature.TryFromCompact(signature, out var read) ? Secp256k1.Recover(digest, read) : null;

    private static AssignmentOffer Offer(string name)
    {
        var request = new JobRequest(9, [new JobMessage("Two and two?", "user")], "m", 0, [], 0, 1_000).Encode();
        return new AssignmentOffer(IdOf(name), JobRequest.HashOf(request), request, new UnitPrice(200), false, 0, 0);
    }

    private Task<Frame> RunAsync(AssignmentOffer offer, int corruptPerMille = 0)
    {
        var options = new ProviderOptions
        {
            Operator = new Uri("http://operator.invalid"),
            ProviderId = new ProviderId(7),
            Price = new UnitPrice(200),
            CorruptPerMille = corruptPerMille,
        };
        var surroundings = new ProviderSurroundings(
            new StandingClock(),
            length => Keccak256.Hash($"random {Interlocked.Increment(ref randomCount)}").ToBytes()[..length],
            NullLogger.Instance);
        var runner = new AssignmentRunner(options, Key, engine, Journal, surroundings);
        return runner.RunAsync(
            offer,
            Domain,
            frame =>
            {
                sent.Add(frame);
                return ValueTask.CompletedTask;
            },
            CancellationToken.None);
    }

    private async Task RestartAsync()
    {
        await database.DisposeAsync();
        database = Database.Open(Path.Combine(folder, "provider.db"), MigrationSet.Provider);
    }

    private sealed class FakeEngine : IInferenceEngine
    {
        private int runs;

        public string Text { get; set; } = "Four.";

        public InferenceRejection? Rejection { get; set; }

        public Exception? Fault { get; set; }

        public TaskCompletionSource? Gate { get; set; }

        public int Runs => runs;

        public Task<IReadOnlyList<EngineModel>> ListModelsAsync(CancellationToken ct) =>
            Task.FromResult<IReadOnlyList<EngineModel>>([]);

        public async Task<Result<InferenceResult, InferenceRejection>> RunAsync(
            InferenceRequest request, Func<string, ValueTask> onText, CancellationToken ct)
        {
            Interlocked.Increment(ref runs);
            if (Gate is { } gate)
            {
                await gate.Task;
            }

            if (Fault is { } fault)
            {
                throw fault;
            }

            if (Rejection is { } rejection)
            {
                return rejection;
            }

            await onText(Text[..2]);
            await onText(Text[2..]);
            return new InferenceResult(Text, [], FinishReason.Stop, 40, 3);
        }
    }
}
