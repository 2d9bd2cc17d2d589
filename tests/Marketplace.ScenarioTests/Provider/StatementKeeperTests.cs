using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Marketplace.Provider;
using Marketplace.ScenarioTests.Settlement;
using Marketplace.ScenarioTests.Storage;
using Marketplace.Settlement;
using Marketplace.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Marketplace.ScenarioTests.Provider;

/// <summary>What a provider holds against the day when its operator is gone.</summary>
public sealed class StatementKeeperTests : IAsyncLifetime, IDisposable
{
    private static readonly ProviderId Us = new(7);
    private static readonly SettlementOptions Patient = new()
    {
        OperatorId = new OperatorId(1),
        StartBlock = default,
        CollectTime = TimeSpan.Zero,
        BatchTime = TimeSpan.FromDays(1),
    };

    private readonly DatabaseFile file = new();
    private readonly SettlementWorld world = new(2, Patient);
    private Database database = null!;
    private StatementStore store = null!;
    private StatementKeeper keeper = null!;

    public Task InitializeAsync()
    {
        database = file.Open(MigrationSet.Provider);
        store = new StatementStore(database);
        keeper = new StatementKeeper(Us, world.Chain, store, world.Clock, NullLogger.Instance);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await database.DisposeAsync();
        await world.DisposeAsync();
    }

    public void Dispose() => file.Dispose();

    [Fact]
    public async Task A_statement_that_pays_us_is_kept_once_and_the_chain_would_apply_it()
    {
        var statement = await CosignedAsync(1, Us);

        await KeepAsync(statement);
        await KeepAsync(statement);

        (await AllAsync()).Should().BeEquivalentTo([statement]);
        (await JudgeAsync(statement)).Should().BeNull();
    }

    [Fact]
    public async Task It_is_kept_while_the_chain_is_out_of_reach()
    {
        var statement = await CosignedAsync(1, Us);
        world.Chain.Step = _ => throw new ChainFaultException("no answer");

        await KeepAsync(statement);
        await keeper.DropSettledAsync(CancellationToken.None);

        (await AllAsync()).Should().BeEquivalentTo([statement]);
    }

    [Fact]
    public async Task One_that_pays_others_or_is_malformed_is_not_kept()
    {
        var ours = await CosignedAsync(1, Us);
        var foreign = await CosignedAsync(2, new ProviderId(8));
        var frame = FrameOf(ours);

        await KeepAsync(foreign);
        await keeper.KeepAsync(frame with { Cosignature = new byte[64] }, CancellationToken.None);
        await keeper.KeepAsync(frame with { SessionSignature = new byte[63] }, CancellationToken.None);
        await keeper.KeepAsync(
            frame with { Statement = frame.Statement with { Lines = [new ProviderLine(Us, []), null!] } },
            CancellationToken.None);

        (await AllAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task One_that_nobody_entitled_signed_takes_no_good_ones_place_and_is_seen_through()
    {
        var good = await CosignedAsync(1, Us);
        var stranger = PrivateKey.FromBytes(Keccak256.Hash("stranger").ToBytes());
        var noConsent = good with { Cosignature = stranger.Sign(good.Row.CosignDigest(world.Chain.Domain)) };
        var notTheBuyers = new CosignedStatement(
            good.Row with { SessionSignature = stranger.Sign(good.Row.Statement.Digest(world.Chain.Domain)) },
            good.Cosignature);

        await KeepAsync(noConsent);
        await KeepAsync(notTheBuyers);
        await KeepAsync(good);

        (await AllAsync()).Should().BeEquivalentTo([noConsent, notTheBuyers, good]);
        (await JudgeAsync(noConsent)).Should().Be(SkipReason.NoConsent);
        (await JudgeAsync(notTheBuyers)).Should().Be(SkipReason.Signature);
        (await JudgeAsync(good)).Should().BeNull();
    }

    [Fact]
    public async Task A_settled_one_is_dropped_when_its_block_is_final_and_not_before()
    {
        var statement = await CosignedAsync(1, Us);
        var other = await CosignedAsync(2, Us);
        await KeepAsync(statement);
        await KeepAsync(other);
        world.Chain.SettleByStranger(SettlePayload.Encode(default, [statement.Row]));

        await keeper.DropSettledAsync(CancellationToken.None);
        var mined = await AllAsync();
        world.Chain.Mine(FakeChain.FinalDepth);
        await keeper.DropSettledAsync(CancellationToken.None);

        mined.Should().HaveCount(2, "a reorganisation may take the block back");
        (await JudgeAsync(statement)).Should().Be(SkipReason.Stale);
        (await AllAsync()).Should().BeEquivalentTo([other]);
    }

    /// <summary>A statement as the operator's settlement and the buyer's gateway make it.</summary>
    private async Task<CosignedStatement> CosignedAsync(uint budget, ProviderId payee)
    {
        await world.TicketAsync(budget, payee.Value, 2_000_000);
        await world.TickAsync();
        return world.Payees.Told[^1].Statement;
    }

    private static CosignedStatementFrame FrameOf(CosignedStatement statement) => new(
        statement.Row.Statement, statement.Row.SessionSignature.ToCompact(), statement.Cosignature.ToCompact());

    private Task KeepAsync(CosignedStatement statement) =>
        keeper.KeepAsync(FrameOf(statement), CancellationToken.None);

    private Task<SkipReason?> JudgeAsync(CosignedStatement statement) =>
        keeper.JudgeAsync(statement, CancellationToken.None);

    private Task<IReadOnlyList<CosignedStatement>> AllAsync() => store.AllAsync(CancellationToken.None);
}
