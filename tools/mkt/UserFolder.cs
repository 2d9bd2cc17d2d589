using System.CommandLine;
using Marketplace.Ethereum;

namespace Marketplace.Cli;

/// <summary>A user's folder of keys and state, and its two ways to the chain: by the operator, or past it.</summary>
/// <param name="Rpc">A node that the user names. The operator is then not needed.</param>
public sealed record UserFolder(string Path, Uri Operator, Uri? Rpc = null)
{
    public PrivateKey Key(string name) => new Wallet(System.IO.Path.Combine(Path, "keys")).Open(name);

    /// <summary>The chain by what the operator says, which the folder keeps for the day when it says nothing.</summary>
    /// <exception cref="UsageException">The folder belongs to another market.</exception>
    /// <exception cref="HttpRequestException">The operator does not answer.</exception>
    public async Task<ChainAccess> MeetOperatorAsync(CancellationToken ct)
    {
        var told = await OperatorInfo.AskAsync(Operator, ct);
        var info = told with { Rpc = Rpc ?? told.Rpc };
        OperatorInfo.Keep(Path, info);
        return new ChainAccess(info);
    }

    /// <summary>
    /// The chain, with or without an operator: a node that is named, with the addresses that the folder knows; else
    /// what the operator says; else all that the folder knows.
    /// </summary>
    /// <exception cref="UsageException">A node is named, but the folder never met an operator that answers.</exception>
    /// <exception cref="HttpRequestException">No operator answers and the folder never met one.</exception>
    public async Task<ChainAccess> ReachChainAsync(CancellationToken ct)
    {
        var known = OperatorInfo.Load(Path);
        if (Rpc is not null && known is not null)
        {
            return new ChainAccess(known with { Rpc = Rpc });
        }

        try
        {
            return await MeetOperatorAsync(ct);
        }
        catch (HttpRequestException) when (known is not null)
        {
            Screen.Say($"The operator at {Operator} does not answer: going on with {Path}/chain.json and {known.Rpc}");
            return new ChainAccess(known);
        }
        catch (HttpRequestException) when (Rpc is not null)
        {
            throw new UsageException(
                $"{Path} has no chain.json with the market's addresses, and no operator answers at {Operator}: "
                + "name the folder that was used with the market, with --data");
        }
    }
}

/// <summary>The options of a verb that moves its user's own money.</summary>
public sealed record FolderOptions(Option<string> Operator, Option<string> Data, Option<string?> Rpc)
{
    public static FolderOptions Of(string usualFolder) =>
        new(Options.Operator(), Options.Data(usualFolder), Options.Rpc());

    public void AddTo(Command command)
    {
        command.Add(Operator);
        command.Add(Data);
        command.Add(Rpc);
    }

    /// <exception cref="UsageException">An address is none.</exception>
    public UserFolder Read(ParseResult parsed) => new(
        parsed.GetValue(Data)!,
        Options.ReadUrl(parsed.GetValue(Operator)!),
        parsed.GetValue(Rpc) is { } rpc ? Options.ReadUrl(rpc) : null);
}
