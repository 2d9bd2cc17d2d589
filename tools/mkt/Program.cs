using System.CommandLine;
using Marketplace.Cli;
using Marketplace.Escrow;

var root = new RootCommand("mkt: the open marketplace for AI inference")
{
    UpVerb.Make(), ProviderVerb.Make(), GatewayVerb.Make(), DeployVerb.Make(), AuditVerb.Make(), DemoVerb.Make(),
    ModelVerb.Make(),
};
foreach (var verb in MoneyVerbs.Make())
{
    root.Add(verb);
}

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (ChainFaultException fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return ExitCodes.Network;
}
catch (UsageException mistake)
{
    await Console.Error.WriteLineAsync(mistake.Message);
    return ExitCodes.Usage;
}
catch (HttpRequestException fault)
{
    await Console.Error.WriteLineAsync($"The operator cannot be reached: {fault.Message}");
    return ExitCodes.Network;
}
