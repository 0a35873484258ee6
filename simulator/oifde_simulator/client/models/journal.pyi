from oifde_simulator_client.models.journal import *
