from oifde_simulator_client.tenant_values import *
