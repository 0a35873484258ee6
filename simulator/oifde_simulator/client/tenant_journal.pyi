from oifde_simulator_client.tenant_journal import *
