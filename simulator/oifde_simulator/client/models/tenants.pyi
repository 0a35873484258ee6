from oifde_simulator_client.models.tenants import *
