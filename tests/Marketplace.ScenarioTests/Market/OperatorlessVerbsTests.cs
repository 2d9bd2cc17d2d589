using FluentAssertions;
using Marketplace.Api;
using Marketplace.Cli;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.ScenarioTests.Market;

/// <summary>What the money verbs say when there is no operator, or not enough to go without one.</summary>
public sealed class OperatorlessVerbsTests : IDisposable
{
    private const string Nobody = "http://127.0.0.1:9";
    private static readonly OperatorView Known = new(
        31_337, new Uri(Nobody), Account(1), Account(2), Account(3), new BlockNumber(4), new OperatorId(5),
        new BasisPoints(250), new BasisPoints(2_500), IsLocalChain: false);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("operatorless-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void What_the_operator_said_is_read_back_and_a_moved_node_is_learnt()
    {
        OperatorInfo.Load(folder.FullName).Should().BeNull();

        OperatorInfo.Keep(folder.FullName, Known);
        var moved = Known with { Rpc = new Uri("http://127.0.0.1:8545") };
        OperatorInfo.Keep(folder.FullName, moved);

        OperatorInfo.Load(folder.FullName).Should().Be(moved);
    }

    [Fact]
    public void A_folder_goes_with_no_other_market_than_its_own()
    {
        OperatorInfo.Keep(folder.FullName, Known);

        foreach (var other in new[]
        {
            Known with { Escrow = Account(9) }, Known with { ChainId = 1 },
            Known with { OperatorId = new OperatorId(6) },
        })
        {
            var keeping = () => OperatorInfo.Keep(folder.FullName, other);
            keeping.Should().Throw<UsageException>().WithMessage("*belongs to*--data*");
        }

        OperatorInfo.Load(folder.FullName).Should().Be(Known, "a refusal changes nothing");
    }

    [Fact]
    public async Task A_folder_that_never_met_the_market_says_what_is_missing()
    {
        var run = await RunAsync("withdraw", "all", "--rpc", Nobody);

        run.ExitCode.Should().Be(ExitCodes.Usage);
        run.Errors.Should().Contain("chain.json").And.Contain("--data");
    }

    [Fact]
    public async Task A_damaged_file_is_told_from_a_missing_one()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "chain.json"), "{");

        var run = await RunAsync("withdraw", "all", "--rpc", Nobody);

        run.ExitCode.Should().Be(ExitCodes.Usage);
        run.Errors.Should().Contain("damaged");
    }

    [Theory]
    [InlineData("--rpc", Nobody)]
    [InlineData]
    public async Task A_node_that_does_not_answer_is_a_network_failure(params string[] rpc)
    {
        OperatorInfo.Keep(folder.FullName, Known);

        var run = await RunAsync(["withdraw", "all", .. rpc]);

        run.ExitCode.Should().Be(ExitCodes.Network);
        run.Errors.Should().StartWith("mkt: ").And.NotContain("at Marketplace.");
    }

    [Fact]
    public async Task A_folder_without_a_provider_has_nothing_to_settle()
    {
        var run = await RunAsync("provider", "settle", "--rpc", Nobody);

        run.ExitCode.Should().Be(ExitCodes.Usage);
        run.Errors.Should().Contain("mkt provider join");
    }

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] words) =>
        MktProcess.RunAsync([.. words, "--data", folder.FullName, "--operator", Nobody]);

    private static EthAddress Account(int number) => EthAddress.Parse($"0x{number:x40}");
}
