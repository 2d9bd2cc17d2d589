using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>Puts the contracts on any chain.</summary>
public sealed class ContractDeployer(EthereumClient client, PrivateKey deployer, TimeProvider time)
{
    private const string DeployedBefore = "An earlier deployment stands on this chain and is used.";

    /// <summary>
    /// Deploys token (unless one is given), escrow and bond; an earlier deployment that stands is used again.
    /// </summary>
    /// <param name="wait">Mined is enough for who waits for finality of something later himself.</param>
    public async Task<Deployment> DeployAsync(
        string path, EthAddress? token, Wait wait, IProgress<string> progress, CancellationToken ct)
    {
        var chainId = await NodeFaults.TranslateAsync(() => client.ChainIdAsync(ct));
        if (Deployment.Load(path) is { } earlier && earlier.ChainId == chainId && await StandsAsync(earlier, token, ct))
        {
            progress.Report(DeployedBefore);
            return earlier;
        }

        var start = await NodeFaults.TranslateAsync(() => client.BlockNumberAsync(ct));
        var sender = new AccountSender(client, deployer, chainId, time);
        var payment = token
            ?? await CreateAsync(
                sender, "token", ContractArtifact.MarketToken, new AbiWriter(), progress, Wait.Mined, ct);
        var escrow = await CreateAsync(
            sender,
            "escrow",
            ContractArtifact.MarketEscrow,
            new AbiWriter().Address(payment),
            progress,
            Wait.Mined,
            ct);
        var bond = await CreateAsync(
            sender,
            "bond",
            ContractArtifact.ProviderBond,
            new AbiWriter().Address(payment).Address(escrow),
            progress,
            wait,
            ct);
        var deployment = new Deployment(chainId, payment, escrow, bond, start);
        deployment.Save(path);
        return deployment;
    }

    private static async Task<EthAddress> CreateAsync(
        AccountSender sender, string name, ContractArtifact artifact, AbiWriter args, IProgress<string> progress,
        Wait wait, CancellationToken ct)
    {
        progress.Report($"Deploying the {name} contract");
        var receipt = await sender.SendAsync(null, [.. artifact.Bytecode, .. args.ToArray()], wait, ct);
        return receipt.ContractAddress
            ?? throw new ChainFaultException($"The {name} contract was not created by {receipt.TxHash}.");
    }

    private async Task<bool> StandsAsync(Deployment earlier, EthAddress? token, CancellationToken ct)
    {
        foreach (var contract in new[] { earlier.Token, earlier.Escrow, earlier.Bond })
        {
            var code = await NodeFaults.TranslateAsync(() => client.GetCodeAsync(contract, BlockTag.Latest, ct));
            if (code.Length == 0)
            {
                return false;
            }
        }

        return token is null || token == earlier.Token;
    }
}
